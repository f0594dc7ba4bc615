#include "hashset/set_index_files.hpp"

#include "core/known_algorithms.hpp"

#include <algorithm>
#include <optional>

namespace ectype::hashset {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::string escaped(const std::string& algorithm) {
  std::string text;
  for (const char c : algorithm) {
    if (is_plain(c)) {
      text += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      text += "%" + to_hex(std::span(&byte, 1));
    }
  }
  return text;
}

/// Nothing where there is no file of the key.
std::optional<SetIndexInfo> describe(Database& database, const std::filesystem::path& set,
                                     const IndexKey& key, const Meta& meta) {
  if (!has_file(key)) return std::nullopt;
  SetIndexInfo info;
  info.algorithm = key.algorithm;
  info.path = index_path(set, key);
  std::error_code ignored;
  if (!std::filesystem::exists(info.path, ignored)) return std::nullopt;
  try {
    const auto rows = SetRows::open(key.kind, info.path);
    info.rows = rows->file_rows();
    info.generation = rows->stamp()->generation;
    if (rows->stamp()->algorithm != info.algorithm ||
        !leads_on_from(database, meta_of(*rows->stamp()), meta))
      info.problem = "it is of another set, or of a copy of this one that went its own way";
  } catch (const Error& error) {
    info.problem = error.what();
  }
  return info;
}

/// Whether the file has each hash of the set that it should have, and none that the set never had.
/// Throws `Error` (damaged).
void require_same_hashes(Database& database, const IndexKey& key, const SetRows& file,
                         const Meta& meta) {
  const std::uint64_t count = file.file_rows();
  const bool is_present_state =
      static_cast<std::int64_t>(file.stamp()->generation) == meta.generation;
  const std::int64_t last = is_present_state ? kAnyNumber : file.file_end_id();
  std::uint64_t at = 0;
  Statement removed(database, "SELECT 1 FROM removed WHERE hash_id = ?");
  const auto differs = [](std::int64_t id) {
    return Error(ErrorCode::damaged, "the index does not hold what the set holds as hash " +
                                         std::to_string(id) + "; write it again");
  };
  // What the file has before a hash of the set must have been removed.
  const auto pass_removed = [&](std::int64_t before) {
    for (; at < count && file.file_id(at) < before; ++at) {
      if (!removed.bind(1, file.file_id(at)).step()) throw differs(file.file_id(at));
      removed.rewind();
    }
  };
  for (std::int64_t from = 0; from < last;) {
    Rows rows{{key, {}}};
    const std::int64_t seen = read_rows(database, from, last, kRowsAtOnce, rows);
    const KeyRows& read = rows[key];
    for (std::size_t i = 0; i < read.ids.size(); ++i) {
      pass_removed(read.ids[i]);
      if (at == count || file.file_id(at) != read.ids[i] || file.file_hash(at) != read.hashes[i])
        throw differs(read.ids[i]);
      ++at;
    }
    if (seen == from) break;
    from = seen;
  }
  pass_removed(kAnyNumber);
}

}  // namespace

bool has_file(const IndexKey& key) {
  return key.kind.metric == Metric::hamming && escaped(key.algorithm).size() <= kLongestName;
}

std::filesystem::path index_path(const std::filesystem::path& set, const IndexKey& key) {
  std::string suffix = "." + escaped(key.algorithm);
  if (find_known(key.algorithm) == nullptr) suffix += "." + std::to_string(key.kind.bits());
  return set.string() + suffix + ".index";
}

Meta meta_of(const IndexStamp& stamp) {
  return {stamp.uuid, static_cast<std::int64_t>(stamp.generation), "", stamp.change};
}

std::unique_ptr<SetRows> open_rows(Database& database, const std::filesystem::path& set,
                                   const IndexKey& key) {
  if (!has_file(key)) return nullptr;
  try {
    auto rows = SetRows::open(key.kind, index_path(set, key));
    const Transaction view(database, Transaction::Kind::read);
    if (rows->stamp()->algorithm == key.algorithm &&
        leads_on_from(database, meta_of(*rows->stamp()), read_meta(database))) {
      rows->file_end_id();
      return rows;
    }
  } catch (const Error& error) {
    // Of whatever else is wrong with the file, the set's own rows are free.
    if (error.code() == ErrorCode::storage) throw;
  }
  return nullptr;
}

std::vector<std::filesystem::path> write_set_indexes(Database& database,
                                                     const std::filesystem::path& set,
                                                     unsigned threads) {
  Rows rows;
  for (const IndexKey& key : keys_of(database))
    if (has_file(key)) rows[key];
  const Meta meta = read_all(database, rows).meta;
  std::vector<std::filesystem::path> written;
  for (const auto& [key, read] : rows) {
    written.push_back(index_path(set, key));
    save_rows(key.kind, read.hashes,
              {meta.uuid, key.algorithm, static_cast<std::uint64_t>(meta.generation), meta.change},
              read.ids, written.back(), threads);
  }
  return written;
}

std::vector<SetIndexInfo> describe_indexes(Database& database, const std::filesystem::path& set,
                                           const Meta& meta) {
  std::vector<SetIndexInfo> all;
  for (const IndexKey& key : keys_of(database))
    if (auto info = describe(database, set, key, meta)) all.push_back(std::move(*info));
  return all;
}

std::vector<std::string> verify_indexes(Database& database, const std::filesystem::path& set,
                                        const Meta& meta) {
  std::vector<std::string> problems;
  for (const IndexKey& key : keys_of(database)) {
    const auto info = describe(database, set, key, meta);
    if (!info) continue;
    if (!info->problem.empty()) {
      problems.push_back(info->path.string() + ": is not used: " + info->problem);
      continue;
    }
    try {
      const auto file = SetRows::open(key.kind, info->path);
      file->verify_file();
      require_same_hashes(database, key, *file, meta);
    } catch (const Error& error) {
      problems.push_back(info->path.string() + ": " + error.what());
    }
  }
  return problems;
}

}  // namespace ectype::hashset
