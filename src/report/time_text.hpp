#pragma once

#include <cstdint>
#include <string>

namespace ectype::report {

/// Seconds since 1970, and nanoseconds beside them, as ISO 8601 in UTC:
/// "2026-11-25T18:04:05.000000001Z". Empty for FileFacts::kNoTime and a year that the system's
/// calendar does not reach.
std::string time_text(std::int64_t seconds, std::uint32_t nanoseconds);

}  // namespace ectype::report
