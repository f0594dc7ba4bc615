#pragma once

#include <cstdint>
#include <string>

namespace ectype::report {

/// Nanoseconds since 1970 as ISO 8601 in UTC: "2026-11-25T18:04:05.000000001Z".
std::string time_text(std::int64_t nanoseconds);

}  // namespace ectype::report
