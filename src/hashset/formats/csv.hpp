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

/// RFC 4180, with LF or CR as well as CRLF between records; blank lines, and comments (`#`) before
/// the first record, are left out.
///
/// A stray quote must not swallow the records that follow it: where a quote is not closed, or text
/// follows the closing one, or a record of several lines has not as many fields as the header, the
/// record is at fault and reading goes on at the line after the one where it started. A closed
/// field of several lines that holds a hash of 64 digits is at fault too, and is passed over whole.
/// None of this goes for lists that ectype wrote, which quote as they should.
std::vector<CsvRecord> parse_csv(std::string_view text, char separator);

/// The separator of a header line: the most frequent of comma, semicolon and tab.
char guess_separator(std::string_view header);

}  // namespace ectype::hashset
