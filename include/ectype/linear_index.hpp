#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ectype {

/// A row of an index near a query.
struct Hit {
  std::uint32_t query = 0;     ///< position in the queries
  std::uint32_t distance = 0;  ///< Hamming distance; of a ByteIndex, that of its metric
  std::uint64_t row = 0;       ///< row number
  friend auto operator<=>(const Hit&, const Hit&) = default;
};

/// Exact search by looking at every row: the reference that every other index must equal.
///
/// Rows are numbered from 0 in the order in which they were added. A removed row is never found
/// again, and its number is not used again. Const members are thread-safe; results are ordered by
/// (query, distance, row) and do not depend on the CPU level. For Hash64, Hash128 and Hash256.
template <typename Hash>
class ECTYPE_API LinearIndex {
 public:
  LinearIndex();
  explicit LinearIndex(std::span<const Hash> hashes);
  LinearIndex(const LinearIndex&);
  LinearIndex& operator=(const LinearIndex&);
  LinearIndex(LinearIndex&&) noexcept;
  LinearIndex& operator=(LinearIndex&&) noexcept;
  ~LinearIndex();

  /// Appends rows and returns the number of the first one.
  std::uint64_t add(std::span<const Hash> hashes);
  /// Removes rows. Throws `Error` (not_found) for a row that never was or is removed already, and
  /// then removes none.
  void remove(std::span<const std::uint64_t> rows);

  [[nodiscard]] std::uint64_t size() const noexcept;       ///< rows that can be found
  [[nodiscard]] std::uint64_t row_count() const noexcept;  ///< rows ever added

  /// Every row at distance <= `radius` (INCLUSIVE, as PDQ means it; faiss is strict) of each query.
  /// A radius outside 0 to Hash::bits throws `Error` (invalid_argument).
  [[nodiscard]] std::vector<Hit> within(std::span<const Hash> queries, int radius) const;
  [[nodiscard]] std::vector<Hit> within(const Hash& query, int radius) const {
    return within(std::span<const Hash>(&query, 1), radius);
  }

  /// The `k` nearest rows of each query (fewer where the index has fewer); of rows at the same
  /// distance those with the smaller numbers.
  [[nodiscard]] std::vector<Hit> nearest(std::span<const Hash> queries, std::size_t k) const;
  [[nodiscard]] std::vector<Hit> nearest(const Hash& query, std::size_t k) const {
    return nearest(std::span<const Hash>(&query, 1), k);
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class LinearIndex<Hash64>;
extern template class LinearIndex<Hash128>;
extern template class LinearIndex<Hash256>;

}  // namespace ectype
