#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_set.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// Text forms of a hash list.
enum class ListFormat {
  automatic,  ///< by content
  lines,      ///< a hash a line: `<hex>`, `pdq <hex>`, `hash=<hex>,meta`; `#` starts a comment
  csv,        ///< RFC 4180 with a header; comma, semicolon or tab
  jsonl,      ///< a JSON object a line, as `ectype hash` and `ectype set export` write
};

struct ListOptions {
  ListFormat format = ListFormat::automatic;
  std::string list_name = "list";  ///< entries without a name are called "list_name:line"
  std::string label;               ///< for entries that have none
  std::string source;              ///< for entries that have none
};

/// A line that was not taken, and why.
struct BadLine {
  std::uint64_t line = 0;  ///< from 1
  std::string reason;
};

struct HashList {
  /// In order of lines, one hash each, or digests alone; the hashes of one item of an exported set
  /// stay together.
  std::vector<ItemWithHashes> items;
  std::vector<BadLine> bad_lines;
  std::uint64_t lines = 0;         ///< lines (CSV: records) that are not blank or comments
  std::uint64_t without_hash = 0;  ///< rows about files that have no hash: neither good nor bad
};

/// Reads a list as people paste it: upper or lower case, LF, CRLF or CR, with or without BOM, UTF-8
/// or UTF-16. Entries without a recipe are `pdq/external` of unknown quality: 64 hexadecimal digits
/// and nothing else. Columns or keys md5, sha1 and sha256 are digests of the item's file; an entry
/// may have nothing but these. Hashes of algorithms that ectype does not know are bits, or what
/// their metric says. Bad lines are reported, never thrown; `Error` (unsupported) is for what is no
/// text.
[[nodiscard]] ECTYPE_API HashList parse_hash_list(std::string_view bytes,
                                                  const ListOptions& options = {});
/// The same for a file. Throws `Error` (not_found, unreadable).
[[nodiscard]] ECTYPE_API HashList read_hash_list(const std::filesystem::path& path,
                                                 const ListOptions& options = {});

enum class ExportFormat { jsonl, csv, hex };

/// Writes a set as text that `parse_hash_list` reads back; `write` gets a piece at a time. `hex`
/// has the PDQ hashes alone.
ECTYPE_API void export_hash_list(const HashSet& set, ExportFormat format,
                                 const std::function<void(std::string_view)>& write);

}  // namespace ectype
