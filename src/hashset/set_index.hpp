#pragma once

#include "hashset/key_rows.hpp"
#include "hashset/set_rows.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_set>
#include <vector>

namespace ectype::hashset {

/// The hashes of one key as `match` searches them: what an index file beside the set or a reading
/// of its rows gave, and what the set's log says has changed since.
///
/// `search` and `tidy` may run while the index is brought up to date. The other members need a lock
/// of the caller's.
class SetIndex {
 public:
  using Ptr = std::shared_ptr<SetIndex>;
  using Map = std::map<IndexKey, Ptr>;

  /// One for each key: from its index file, where there is one that the set's log leads on from and
  /// it is not in `distrusted`, else from every row, in one reading for all. To be brought up to
  /// date by `update`.
  static Map load(Database& database, const std::filesystem::path& set,
                  const std::set<IndexKey>& keys, const std::set<IndexKey>& distrusted);

  /// Reads what was added to the set, a part at a time, so that nobody has to wait for long who
  /// changes it, and once for all indexes. `update` is left with little to do.
  static void read_on(Database& database, const Map& indexes);

  /// Brings it to the state of `meta`, within the caller's transaction; false where the set's log
  /// does not lead there (the set was replaced by another), and it has to be made anew.
  bool update(Database& database, const Meta& meta);

  /// By row; `id` gives the hash that a row is of.
  [[nodiscard]] std::vector<SetHit> search(std::span<const HashValue> queries,
                                           const SetSearch& what) const {
    return rows_->search(queries, what);
  }
  /// Makes searches fast again after many changes.
  void tidy() { rows_->tidy(); }
  [[nodiscard]] std::int64_t id(std::uint64_t row) const;
  [[nodiscard]] bool from_file() const noexcept { return rows_->stamp() != nullptr; }

 private:
  SetIndex(IndexKey key, Meta meta, std::int64_t seen, std::unique_ptr<SetRows> rows,
           std::vector<std::int64_t> ids);

  [[nodiscard]] std::optional<std::uint64_t> row_of(std::int64_t id) const;
  void append(const KeyRows& rows, std::int64_t seen);
  void remove_since(Database& database, std::int64_t generation);

  IndexKey key_;
  Meta meta_;          // that it shows at least; without `created`
  std::int64_t seen_;  // id up to which the set's rows were looked at
  std::unique_ptr<SetRows> rows_;
  std::vector<std::int64_t> ids_;  // of the rows after those of the file, ascending
  std::unordered_set<std::uint64_t> removed_;
};

}  // namespace ectype::hashset
