#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ectype::hashset {

struct CsvRecord {
  std::uint64_t line = 0;  ///< where it starts, from 1
  std::vector<std::string> fields;
  std::string fault;  ///< why it cannot be read; empty where it can
};

/// RFC 4180, with LF or CR as well as CRLF between records; blank lines, and lines before the first
/// record that start with `#`, are left out.
///
/// A stray quote must not swallow the records that follow it: after a record with a fault, reading
/// goes on at the line after the one where it started, and a quoted field is at fault too where one
/// of its further lines holds a hash of 64 digits, or where it goes on for very long.
std::vector<CsvRecord> parse_csv(std::string_view text, char separator);

/// The separator of a header line: the most frequent of comma, semicolon and tab.
char guess_separator(std::string_view header);

}  // namespace ectype::hashset
