#include "report/time_text.hpp"

#include <climits>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace ectype::report {

std::string time_text(std::int64_t seconds, std::uint32_t nanoseconds) {
  if (seconds == INT64_MIN) return {};
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (::gmtime_r(&whole, &parts) == nullptr) return {};
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d.%09uZ", parts.tm_year + 1900LL,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                nanoseconds);
  return text;
}

}  // namespace ectype::report
