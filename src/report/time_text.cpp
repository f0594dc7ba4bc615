#include "report/time_text.hpp"

#include <cstdio>
#include <ctime>

namespace ectype::report {

std::string time_text(std::int64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t fraction = (nanoseconds % second + second) % second;
  const auto whole = static_cast<std::time_t>((nanoseconds - fraction) / second);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(fraction));
  return text;
}

}  // namespace ectype::report
