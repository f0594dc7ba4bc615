#pragma once

#include "ectype/export.hpp"
#include "ectype/linear_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ectype {

/// What the distance of two byte vectors is: the sum of squared, or of absolute, differences.
enum class ByteMetric { squared_l2, l1 };

/// Exact search over vectors of unsigned bytes, such as the 144-byte values of licensed tools,
/// which are taken as they are. Results are always what comparing every query with every row gives:
/// a bound that is proved (Cauchy-Schwarz, on the means of four bytes each) rules rows out, and the
/// others are compared byte by byte. Note that squared L2 is not a metric: a tree that prunes by
/// its triangle inequality loses matches.
///
/// Vectors stand one after the other in the spans that are given. Rows are numbered from 0 in the
/// order in which they were added. A removed row is never found again, and its number is not used
/// again. Const members are thread-safe; results are ordered by (query, distance, row) and do not
/// depend on the CPU level. Every function throws `Error` (invalid_argument) where a span does not
/// hold whole vectors.
class ECTYPE_API ByteIndex {
 public:
  /// For vectors of `size` bytes; outside 1 to 1024 throws `Error` (invalid_argument).
  explicit ByteIndex(std::size_t size, ByteMetric metric = ByteMetric::squared_l2);
  ByteIndex(const ByteIndex&);
  ByteIndex& operator=(const ByteIndex&);
  ByteIndex(ByteIndex&&) noexcept;
  ByteIndex& operator=(ByteIndex&&) noexcept;
  ~ByteIndex();

  /// Appends rows and returns the number of the first one.
  std::uint64_t add(std::span<const std::uint8_t> rows);
  /// Removes rows. Throws `Error` (not_found) for a row that never was or is removed already, and
  /// then removes none.
  void remove(std::span<const std::uint64_t> rows);

  [[nodiscard]] std::uint64_t size() const noexcept;       ///< rows that can be found
  [[nodiscard]] std::uint64_t row_count() const noexcept;  ///< rows ever added
  [[nodiscard]] std::size_t vector_size() const noexcept;  ///< bytes of a vector
  [[nodiscard]] ByteMetric metric() const noexcept;

  /// Every row at distance <= `radius` (INCLUSIVE; faiss is strict) of each query. The radius is
  /// squared where the metric is; one over the largest distance finds every row.
  ///
  /// `min_entropy` (bits, 0 to 8; 0: off) leaves out queries and rows whose `byte_entropy` is below
  /// it: flat pictures, whose vectors are near those of other flat pictures.
  [[nodiscard]] std::vector<Hit> within(std::span<const std::uint8_t> queries, std::uint32_t radius,
                                        double min_entropy = 0) const;

  /// The `k` nearest rows of each query (fewer where the index has fewer); of rows at the same
  /// distance those with the smaller numbers.
  [[nodiscard]] std::vector<Hit> nearest(std::span<const std::uint8_t> queries,
                                         std::size_t k) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Shannon entropy, in bits, of the histogram of the bytes: 0 where all are equal (or there are
/// none), at most 8 and at most log2 of their number (7.17 for 144 bytes). For `min_entropy`. IPED
/// gates queries by another measure, the share of neighbouring bytes that differ: its limit of 0.7
/// means nothing here.
[[nodiscard]] ECTYPE_API double byte_entropy(std::span<const std::uint8_t> bytes);

/// The variants of a vector under permutations of its bytes, one after the other, ready to be the
/// queries of a search: byte i of variant v is vector[permutations[v * vector.size() + i]]. Where a
/// turned or mirrored picture permutes the vector, eight permutations in the order of `kTransforms`
/// make `Hit::query` the transform. Which they are depends on the algorithm behind the vectors: the
/// library assumes none. Throws `Error` (invalid_argument) for what is not whole permutations.
[[nodiscard]] ECTYPE_API std::vector<std::uint8_t> permute_variants(
    std::span<const std::uint8_t> vector, std::span<const std::uint16_t> permutations);

}  // namespace ectype
