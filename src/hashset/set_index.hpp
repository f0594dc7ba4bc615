#pragma once

#include "hashset/schema.hpp"
#include "hashset/sqlite.hpp"

#include "ectype/multi_index.hpp"
#include "ectype/search_index.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ectype::hashset {

/// The hashes of one algorithm as `match` searches them: what an index file beside the set or a
/// reading of its rows gave, and what the set's log says has changed since.
///
/// `within` may run while `update` does. The other members need a lock of the caller's.
class SetIndex {
 public:
  /// Maps the index file, where there is one that the set's log leads on from, else reads every
  /// row. To be brought up to date by `update`. `trust_file` false: the file is not looked at.
  SetIndex(Database& database, const std::filesystem::path& set, const std::string& algorithm,
           bool trust_file);

  /// Brings it to the state of `meta`, within the caller's transaction; false where the set's log
  /// does not lead there (the set was replaced by another), and it has to be made anew.
  bool update(Database& database, const Meta& meta);

  /// By row; `id` gives the hash that a row is of.
  [[nodiscard]] std::vector<Hit> within(std::span<const Hash256> queries, int radius) const {
    return index_.within(queries, radius);
  }
  [[nodiscard]] std::int64_t id(std::uint64_t row) const;
  [[nodiscard]] bool from_file() const noexcept { return file_ != nullptr; }

 private:
  [[nodiscard]] std::optional<std::uint64_t> row_of(std::int64_t id) const;
  [[nodiscard]] std::uint64_t file_rows() const { return file_ ? file_->size() : 0; }
  void add_since(Database& database);
  void remove_since(Database& database, std::int64_t generation);

  std::string algorithm_;
  Meta meta_;                                        // that it shows; without `created`
  std::shared_ptr<const MultiIndex<Hash256>> file_;  // rows 0 to file_rows() - 1, or null
  std::vector<std::int64_t> ids_;                    // of the rows after those, ascending
  SearchIndex<Hash256> index_;
};

/// Where the index file of an algorithm lies: beside the set.
std::filesystem::path index_path(const std::filesystem::path& set, const std::string& algorithm);

/// Of the hashes that the set holds, in order.
std::vector<std::string> algorithms(Database& database);

/// Whether the set's log says that it was once in this state.
bool log_has(Database& database, const Meta& state);

/// Reads the rows of an algorithm and writes its index file. Others may change the set meanwhile.
std::filesystem::path write_set_index(Database& database, const std::filesystem::path& set,
                                      const std::string& algorithm, unsigned threads);

/// What can be said of the index files that are there, without reading them whole. Within the
/// caller's transaction.
std::vector<SetIndexInfo> describe_indexes(Database& database, const std::filesystem::path& set,
                                           const Meta& meta);
/// Reads them whole and returns what is wrong with them.
std::vector<std::string> verify_indexes(Database& database, const std::filesystem::path& set,
                                        const Meta& meta);

}  // namespace ectype::hashset
