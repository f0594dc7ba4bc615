#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ectype::hashset {

struct Line {
  std::uint64_t number;  ///< from 1
  std::string_view text;
};

/// Splits at LF, CRLF or CR. The last line need not end.
std::vector<Line> split_lines(std::string_view text);

std::string_view trim(std::string_view text);
std::string lower_ascii(std::string_view text);

}  // namespace ectype::hashset
