#include "core/locked_files.hpp"
#include "hashset/formats/csv.hpp"
#include "hashset/formats/hash_fields.hpp"
#include "hashset/formats/lines.hpp"

#include "ectype/hash_list.hpp"
#include "ectype/row_text.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace ectype {
namespace {

using hashset::Fields;
using hashset::Line;

/// Column names of lists in the wild, and ours for them.
const std::map<std::string, std::string>& aliases() {
  static const std::map<std::string, std::string> names{{"hash", "hash"},
                                                        {"pdq", "pdq"},
                                                        {"pdq_hash", "pdq"},
                                                        {"pdqhash", "pdq"},
                                                        {"item", "name"},
                                                        {"path", "name"},
                                                        {"name", "name"},
                                                        {"file", "name"},
                                                        {"filename", "name"},
                                                        {"label", "label"},
                                                        {"source", "source"},
                                                        {"quality", "quality"},
                                                        {"recipe", "recipe"},
                                                        {"metric", "metric"},
                                                        {"item_id", "item_id"},
                                                        {"region", "region"},
                                                        {"outcome", "outcome"},
                                                        {"item_base64", "name64"},
                                                        {"path_base64", "name64"},
                                                        {"category", "category"},
                                                        {"category_profile", "category_profile"},
                                                        {"notes", "notes"},
                                                        {"damaged", "damaged"},
                                                        {"degenerate", "degenerate"},
                                                        {"md5", "md5"},
                                                        {"sha1", "sha1"},
                                                        {"sha-1", "sha1"},
                                                        {"sha_1", "sha1"},
                                                        {"sha256", "sha256"},
                                                        {"sha-256", "sha256"},
                                                        {"sha_256", "sha256"}};
  return names;
}

class ListReader {
 public:
  explicit ListReader(const ListOptions& options) : options_(options) {}

  HashList read(std::string_view bytes) {
    text_ = to_utf8(bytes);
    require_text(bytes);
    switch (options_.format == ListFormat::automatic ? guess_format() : options_.format) {
      case ListFormat::csv:
        read_csv();
        break;
      case ListFormat::jsonl:
        read_jsonl();
        break;
      case ListFormat::automatic:
      case ListFormat::lines:
        read_lines();
        break;
    }
    return std::move(list_);
  }

 private:
  void require_text(std::string_view bytes) const {
    if (bytes.substr(0, 15) == "SQLite format 3")
      throw Error(ErrorCode::unsupported,
                  options_.list_name +
                      ": is a database, not a list; `ectype set merge` adds the "
                      "items of a hash set");
    if (text_.find('\0') != std::string::npos)
      throw Error(ErrorCode::unsupported, options_.list_name + ": is not a text, but binary data");
  }

  [[nodiscard]] std::string_view first_line() const {
    for (const Line& line : hashset::split_lines(text_))
      if (const auto text = hashset::trim(line.text); !text.empty() && text[0] != '#') return text;
    return {};
  }

  [[nodiscard]] ListFormat guess_format() const {
    const std::string_view line = first_line();
    if (!line.empty() && line[0] == '{') return ListFormat::jsonl;
    const auto records = hashset::parse_csv(line, hashset::guess_separator(line));
    if (records.empty()) return ListFormat::lines;
    const std::vector<std::string>& fields = records[0].fields;
    // "pdq <hex>" with a tab has a column name too, but what holds a hash is no header.
    const bool header = std::any_of(fields.begin(), fields.end(), is_hash_column) &&
                        std::none_of(fields.begin(), fields.end(), [](const std::string& field) {
                          return Hash256::try_parse(hashset::trim(field)).has_value();
                        });
    return header ? ListFormat::csv : ListFormat::lines;
  }

  /// A `hash` may be of any kind; `pdq` says which it is.
  static bool is_hash(const std::string& field) { return field == "hash" || field == "pdq"; }

  static bool is_digest(const std::string& field) {
    return field == "md5" || field == "sha1" || field == "sha256";
  }

  static bool is_hash_column(const std::string& field) {
    const auto known = aliases().find(hashset::lower_ascii(hashset::trim(field)));
    return known != aliases().end() && (is_hash(known->second) || is_digest(known->second));
  }

  void bad(std::uint64_t line, std::string reason) {
    list_.bad_lines.push_back({line, std::move(reason)});
  }

  void read_lines() {
    for (const Line& line : hashset::split_lines(text_)) {
      std::string_view text = hashset::trim(line.text);
      if (text.empty() || text[0] == '#') continue;
      ++list_.lines;
      Fields fields;
      const std::string lower = hashset::lower_ascii(text.substr(0, 5));
      if (lower == "hash=") {
        text.remove_prefix(5);
        const std::size_t comma = std::min(text.find(','), text.size());
        read_meta(text.substr(std::min(text.size(), comma + 1)), fields);
        text = text.substr(0, comma);
      } else if (lower.substr(0, 4) == "pdq " || lower.substr(0, 4) == "pdq\t") {
        text.remove_prefix(4);
      }
      fields["hash"] = hashset::trim(text);
      take(line.number, fields);
    }
  }

  /// What follows a hash after a comma: `label=x,name=y`, or a label as it is.
  static void read_meta(std::string_view meta, Fields& fields) {
    while (!meta.empty()) {
      const std::size_t comma = std::min(meta.find(','), meta.size());
      const std::string_view part = meta.substr(0, comma);
      const std::size_t equals = part.find('=');
      const auto known = equals == std::string_view::npos
                             ? aliases().end()
                             : aliases().find(hashset::lower_ascii(part.substr(0, equals)));
      if (known != aliases().end() && !is_hash(known->second)) {
        fields[known->second] = part.substr(equals + 1);
      } else {
        std::string& label = fields["label"];
        label += (label.empty() ? "" : ",") + std::string(part);
      }
      meta.remove_prefix(std::min(meta.size(), comma + 1));
    }
  }

  void read_csv() {
    const char separator = hashset::guess_separator(first_line());
    std::vector<std::string> columns;
    for (const hashset::CsvRecord& record : hashset::parse_csv(text_, separator)) {
      if (!record.fault.empty()) {
        ++list_.lines;
        bad(record.line, record.fault);
      } else if (columns.empty()) {
        columns = read_header(record);
        if (columns.empty()) return;
      } else {
        ++list_.lines;
        read_record(record, columns);
      }
    }
  }

  std::vector<std::string> read_header(const hashset::CsvRecord& record) {
    std::vector<std::string> columns;
    for (const std::string& field : record.fields) {
      const auto known = aliases().find(hashset::lower_ascii(hashset::trim(field)));
      columns.push_back(known == aliases().end() ? "" : known->second);
    }
    if (std::find(columns.begin(), columns.end(), "pdq") != columns.end())
      std::replace(columns.begin(), columns.end(), std::string("hash"), std::string());
    std::replace(columns.begin(), columns.end(), std::string("pdq"), std::string("hash"));
    const auto hashes = std::count(columns.begin(), columns.end(), "hash");
    const bool digests = std::any_of(columns.begin(), columns.end(), is_digest);
    if (hashes == 1 || (hashes == 0 && digests)) return columns;
    ++list_.lines;
    if (hashes > 1) {
      bad(record.line, "the header names several columns with a hash; nothing was read");
      return {};
    }
    bad(record.line,
        "the header names no column 'hash', 'md5', 'sha1' or 'sha256'; nothing was read");
    return {};
  }

  void read_record(const hashset::CsvRecord& record, const std::vector<std::string>& columns) {
    if (record.fields.size() != columns.size())
      return bad(record.line, std::to_string(record.fields.size()) +
                                  " fields where the header has " + std::to_string(columns.size()));
    Fields fields;
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (!columns[i].empty())
        fields.emplace(columns[i], columns[i] == "name" ? record.fields[i]
                                                        : unguard_csv_text(record.fields[i]));
    take(record.line, fields);
  }

  void read_jsonl() {
    for (const Line& line : hashset::split_lines(text_)) {
      const std::string_view text = hashset::trim(line.text);
      if (text.empty() || text[0] == '#') continue;
      ++list_.lines;
      const auto json = nlohmann::json::parse(text, nullptr, false);
      if (!json.is_object()) {
        bad(line.number, "not a JSON object");
        continue;
      }
      Fields fields;
      if (const std::string fault = read_object(json, fields); !fault.empty())
        bad(line.number, fault);
      else
        take(line.number, fields);
    }
  }

  /// Nested values are never written out: that would recurse as deep as the list says.
  static std::string read_object(const nlohmann::json& json, Fields& fields) {
    if (json.contains("hashes"))
      return "it holds hashes of several algorithms; write them with one (`ectype hash -a`) each";
    for (const auto& [key, value] : json.items()) {
      const auto known = aliases().find(key);
      if (known == aliases().end() || value.is_null()) continue;
      if (value.is_structured()) return "its '" + key + "' is neither a text nor a number";
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      const auto [field, added] = fields.emplace(known->second, text);
      if (!added && known->second == "pdq" && field->second != text)
        return "it names several hashes";
    }
    for (const char* key : {"pdq", "pdq_hash", "pdqhash"})
      if (json.contains(key)) fields["hash"] = fields["pdq"];
    return {};
  }

  void take(std::uint64_t line, Fields& fields) {
    // Our own rows about files that could not be hashed.
    if (fields["hash"].empty() && fields.count("outcome") != 0) {
      ++list_.without_hash;
      return;
    }
    ItemWithHashes entry;
    StoredHash stored;
    std::string fault = hashset::read_digest_fields(fields, entry.item.digests);
    const bool has_hash = !fields["hash"].empty() || entry.item.digests.empty();
    if (fault.empty() && has_hash) fault = hashset::read_hash_fields(fields, stored);
    if (fault.empty()) fault = read_item(line, fields, entry.item);
    if (!fault.empty()) return bad(line, std::move(fault));
    // The hashes of one item of a set that was exported stand together.
    const std::string& item_id = fields["item_id"];
    if (has_hash && !item_id.empty() && item_id == last_item_id_ &&
        list_.items.back().item == entry.item) {
      list_.items.back().hashes.push_back(std::move(stored));
      return;
    }
    last_item_id_ = item_id;
    if (has_hash) entry.hashes.push_back(std::move(stored));
    list_.items.push_back(std::move(entry));
  }

  std::string read_item(std::uint64_t line, Fields& fields, Item& item) const {
    const auto or_else = [](const std::string& given, const std::string& fallback) {
      return given.empty() ? fallback : given;
    };
    // Of an exported set, also an empty name is one.
    item.name = !fields["item_id"].empty()
                    ? fields["name"]
                    : or_else(fields["name"], options_.list_name + ":" + std::to_string(line));
    if (const std::string& exact = fields["name64"]; !exact.empty()) {
      const auto bytes = from_base64(exact);
      if (!bytes) return "the base64 of its name is malformed";
      item.name = *bytes;
    }
    item.label = or_else(fields["label"], options_.label);
    item.source = or_else(fields["source"], options_.source);
    item.category = fields["category"];
    item.category_profile = fields["category_profile"];
    item.notes = fields["notes"];
    return {};
  }

  const ListOptions& options_;
  std::string text_;
  HashList list_;
  std::string last_item_id_;  // of the last item; empty where it had none
};

}  // namespace

HashList parse_hash_list(std::string_view bytes, const ListOptions& options) {
  return ListReader(options).read(bytes);
}

HashList read_hash_list(const std::filesystem::path& path, const ListOptions& options) {
  require_no_zero_byte(path.native());
  const auto fail = [&](int number) {
    throw Error(number == ENOENT ? ErrorCode::not_found : ErrorCode::unreadable,
                path.string() + ": the hash list cannot be read: " + std::strerror(number));
  };
  const ReadDescriptor file(path, O_RDONLY);
  if (!file) fail(errno);
  std::string content;
  std::array<char, 1 << 16> chunk;
  while (true) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno);
    if (count == 0) break;
    content.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return parse_hash_list(content, options);
}

}  // namespace ectype
