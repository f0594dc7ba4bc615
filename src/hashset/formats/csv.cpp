#include "hashset/formats/csv.hpp"

#include <algorithm>
#include <string>

namespace ectype::hashset {
namespace {

constexpr std::size_t kHashDigits = 64;

class CsvParser {
 public:
  CsvParser(std::string_view text, char separator) : text_(text), separator_(separator) {}

  std::vector<CsvRecord> parse() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      if (columns_ == 0 && is_before_header()) {
        skip_line();
        continue;
      }
      CsvRecord record = parse_record();
      const bool blank = record.fields.size() == 1 && record.fields[0].empty();
      if (blank && record.fault.empty()) continue;
      if (columns_ == 0) take_header(record);
      records.push_back(std::move(record));
    }
    return records;
  }

 private:
  /// Blank, or a comment.
  [[nodiscard]] bool is_before_header() const {
    const std::size_t first = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    return first == text_.size() || is_line_end(text_[first]) || text_[first] == '#';
  }

  void take_header(const CsvRecord& record) {
    columns_ = record.fields.size();
    for (const std::string& field : record.fields)
      if (field == "item_base64" || field == "path_base64") ours_ = true;
  }

  CsvRecord parse_record() {
    CsvRecord record;
    record.line = line_;
    const std::size_t start = at_;
    while (record.fault.empty()) {
      record.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted(record) : plain());
      if (!record.fault.empty()) break;
      if (at_ == text_.size() || is_line_end(text_[at_])) {
        const bool spans_lines = line_ != record.line;
        if (at_ < text_.size()) skip_line_end();
        if (!spans_lines || ours_ || columns_ == 0 || record.fields.size() == columns_)
          return record;
        record.fault = std::to_string(record.fields.size()) + " fields where the header has " +
                       std::to_string(columns_) + "; is a quote missing?";
      } else if (text_[at_] != separator_) {
        record.fault = "text after the closing quote";
      } else {
        ++at_;
      }
    }
    if (closed_) {
      closed_ = false;
      return record;
    }
    if (!ours_) {
      at_ = start;
      line_ = record.line;
    }
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
    bool holds_hash = false;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' && text_.substr(at_, 2) != "\"\"") {
        ++at_;
        if (holds_hash && !ours_) refuse_swallowed(record);
        return field;
      }
      if (c == '"') ++at_;
      if (c == '\n' || (c == '\r' && text_.substr(at_, 2) != "\r\n")) {
        if (never_closed_) break;
        ++line_;
      }
      hex_digits = line_ != record.line && is_hex_digit(c) ? hex_digits + 1 : 0;
      holds_hash |= hex_digits == kHashDigits;
      field += c;
    }
    // Looked for to the end of the text once, it is not looked for again.
    never_closed_ = true;
    record.fault = "a quote is never closed";
    return field;
  }

  /// A field that is properly closed, and yet seems to hold records. What is within a quoted field
  /// is never read as records: a name could plant hashes.
  void refuse_swallowed(CsvRecord& record) {
    const bool closed = at_ == text_.size() || text_[at_] == separator_ || is_line_end(text_[at_]);
    if (!closed) return;
    record.fault = "a quoted field holds a line with a hash; is a quote missing?";
    while (at_ < text_.size() && !is_line_end(text_[at_])) ++at_;
    if (at_ < text_.size()) skip_line_end();
    closed_ = true;
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
  std::size_t columns_ = 0;    // of the header
  bool ours_ = false;          // what ectype wrote has no stray quotes
  bool never_closed_ = false;  // a quote that was opened after the text's last one
  bool closed_ = false;        // the faulty record was read to its end
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
