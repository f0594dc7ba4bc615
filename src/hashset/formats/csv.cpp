#include "hashset/formats/csv.hpp"

#include <algorithm>

namespace ectype::hashset {
namespace {

constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kMaxField = 1 << 16;

class CsvParser {
 public:
  CsvParser(std::string_view text, char separator) : text_(text), separator_(separator) {}

  std::vector<CsvRecord> parse() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      if (records.empty() && text_[at_] == '#') {
        skip_line();
        continue;
      }
      CsvRecord record = parse_record();
      const bool blank = record.fields.size() == 1 && record.fields[0].empty();
      if (!blank || !record.fault.empty()) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  CsvRecord parse_record() {
    CsvRecord record;
    record.line = line_;
    const std::size_t start = at_;
    while (record.fault.empty()) {
      record.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted(record) : plain());
      if (!record.fault.empty()) break;
      if (at_ == text_.size()) return record;
      if (is_line_end(text_[at_])) {
        skip_line_end();
        return record;
      }
      if (text_[at_] != separator_) record.fault = "text after the closing quote";
      ++at_;
    }
    at_ = start;
    line_ = record.line;
    skip_line();
    return record;
  }

  std::string plain() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && !is_line_end(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted(CsvRecord& record) {
    std::string field;
    std::size_t hex_digits = 0;  // in a row, on a further line of the field
    for (++at_; at_ < text_.size() && field.size() < kMaxField; ++at_) {
      const char c = text_[at_];
      if (c == '"' && text_.substr(at_, 2) != "\"\"") {
        ++at_;
        return field;
      }
      if (c == '"') ++at_;
      if (c == '\n' || (c == '\r' && text_.substr(at_, 2) != "\r\n")) ++line_;
      hex_digits = line_ != record.line && is_hex_digit(c) ? hex_digits + 1 : 0;
      if (hex_digits == kHashDigits) {
        record.fault = "a quote is open where another hash follows";
        return field;
      }
      field += c;
    }
    record.fault = at_ == text_.size() ? "a quote is never closed" : "a quoted field is too long";
    return field;
  }

  static bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  void skip_line() {
    while (at_ < text_.size() && !is_line_end(text_[at_])) ++at_;
    if (at_ < text_.size()) skip_line_end();
  }

  static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

  void skip_line_end() {
    at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1;
    ++line_;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

std::vector<CsvRecord> parse_csv(std::string_view text, char separator) {
  return CsvParser(text, separator).parse();
}

char guess_separator(std::string_view header) {
  constexpr std::string_view candidates = ",;\t";
  return *std::max_element(candidates.begin(), candidates.end(), [&](char a, char b) {
    return std::count(header.begin(), header.end(), a) <
           std::count(header.begin(), header.end(), b);
  });
}

}  // namespace ectype::hashset
