#pragma once

#include "ectype/export.hpp"
#include "ectype/linear_index.hpp"
#include "ectype/multi_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ectype {

/// Exact search over rows that come and go: a MultiIndex as the base, a LinearIndex of what was
/// added since, and a mark on what was removed. Results are what one LinearIndex of all rows would
/// return.
///
/// Rows are numbered from 0 in the order in which they were added; a removed row's number is not
/// used again, and `compact` changes none. All members are thread-safe: a search sees the index as
/// it was when the search began, and changes are visible to the next one.
template <typename Hash>
class ECTYPE_API SearchIndex {
 public:
  SearchIndex();
  /// Rows 0 to base.size() - 1 are those of `base`, which may lie in a mapped file.
  explicit SearchIndex(MultiIndex<Hash> base);
  /// The same for a base that the caller uses too.
  explicit SearchIndex(std::shared_ptr<const MultiIndex<Hash>> base);
  SearchIndex(SearchIndex&&) noexcept;
  SearchIndex& operator=(SearchIndex&&) noexcept;
  ~SearchIndex();

  /// Appends rows and returns the number of the first one. Throws `Error` (invalid_argument) for
  /// more than 2^32 - 2 rows.
  std::uint64_t add(std::span<const Hash> hashes);
  /// Removes rows. Throws `Error` (not_found) for a row that never was or is removed already, and
  /// then removes none.
  void remove(std::span<const std::uint64_t> rows);
  /// Builds the base anew from all rows that are there. Searches and changes go on meanwhile; call
  /// it from a thread of its own where it should run in the background.
  void compact(const MultiIndexOptions& options = {});

  [[nodiscard]] std::uint64_t size() const noexcept;       ///< rows that can be found
  [[nodiscard]] std::uint64_t row_count() const noexcept;  ///< rows ever added
  /// Rows added since the base was built, and rows of it that were removed: what `compact` is for.
  [[nodiscard]] std::uint64_t delta_size() const noexcept;

  /// As `LinearIndex::within`.
  [[nodiscard]] std::vector<Hit> within(std::span<const Hash> queries, int radius) const;
  [[nodiscard]] std::vector<Hit> within(const Hash& query, int radius) const {
    return within(std::span<const Hash>(&query, 1), radius);
  }
  /// As `LinearIndex::nearest`.
  [[nodiscard]] std::vector<Hit> nearest(std::span<const Hash> queries, std::size_t k) const;
  [[nodiscard]] std::vector<Hit> nearest(const Hash& query, std::size_t k) const {
    return nearest(std::span<const Hash>(&query, 1), k);
  }
  /// As `MultiIndex::explain`, of the base.
  [[nodiscard]] std::string explain(std::size_t queries, int radius) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class SearchIndex<Hash64>;
extern template class SearchIndex<Hash128>;
extern template class SearchIndex<Hash256>;

}  // namespace ectype
