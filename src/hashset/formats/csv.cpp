#include "hashset/formats/csv.hpp"

#include <algorithm>

namespace ectype::hashset {
namespace {

class CsvParser {
 public:
  CsvParser(std::string_view text, char separator) : text_(text), separator_(separator) {}

  std::vector<CsvRecord> parse() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
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
    while (true) {
      record.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted(record) : plain());
      if (at_ == text_.size()) return record;
      if (text_[at_] == separator_) {
        ++at_;
        continue;
      }
      if (is_line_end(text_[at_])) {
        skip_line_end();
        return record;
      }
      record.fault = "text after the closing quote";
      while (at_ < text_.size() && !is_line_end(text_[at_])) ++at_;
    }
  }

  std::string plain() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && !is_line_end(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted(CsvRecord& record) {
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          ++at_;
        } else {
          ++at_;
          return field;
        }
      }
      if (text_[at_] == '\n' || (text_[at_] == '\r' && text_.substr(at_, 2) != "\r\n")) ++line_;
      field += text_[at_];
    }
    record.fault = "a quote is never closed";
    return field;
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
