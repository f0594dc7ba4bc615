#pragma once

#include "distance/kernels.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace ectype::index {

/// Blocks that a batch of queries looks at in one call: 128 KB of rows, which stay in the
/// second-level cache. More of them share what a call prepares.
inline constexpr std::size_t kBlocksAtOnce = 512;
inline constexpr std::size_t kFirstBlocks = 16;
/// Queries looked at together; bounds the buffer of hits to 12 MB, nearly all of it untouched.
inline constexpr std::size_t kQueriesAtOnce = 256;

template <typename Hash>
const std::uint64_t* words_of(std::span<const Hash> hashes) {
  static_assert(sizeof(Hash) == Hash::bytes);
  return reinterpret_cast<const std::uint64_t*>(hashes.data());
}

inline void require_radius(int radius, std::size_t bits) {
  if (radius < 0 || radius > static_cast<int>(bits))
    throw Error(ErrorCode::invalid_argument,
                "radius is " + std::to_string(radius) + "; give 0 to " + std::to_string(bits));
}

/// Indexes that number rows in 32 bits.
inline void require_row_count(std::size_t rows) {
  if (rows > UINT32_MAX - 1)
    throw Error(ErrorCode::invalid_argument, std::to_string(rows) +
                                                 " rows are more than can be numbered (" +
                                                 std::to_string(UINT32_MAX - 1) + "); split them");
}

/// Queries in order of their radii: kernels take those of like radius together.
template <typename Hash>
class QueriesByRadius {
 public:
  explicit QueriesByRadius(std::span<const Hash> queries)
      : given_(queries), numbers_(queries.size()), radii_(queries.size()) {
    std::iota(numbers_.begin(), numbers_.end(), std::size_t{0});
    queries_.assign(queries.begin(), queries.end());
  }

  void sort(std::span<const std::int32_t> radii) {
    const auto less = [&](std::size_t a, std::size_t b) { return radii[a] < radii[b]; };
    if (std::is_sorted(numbers_.begin(), numbers_.end(), less)) return;
    std::stable_sort(numbers_.begin(), numbers_.end(), less);
    for (std::size_t i = 0; i < numbers_.size(); ++i) queries_[i] = given_[numbers_[i]];
  }
  void take(std::span<const std::int32_t> radii) {
    for (std::size_t i = 0; i < numbers_.size(); ++i) radii_[i] = radii[numbers_[i]];
  }

  [[nodiscard]] const std::uint64_t* words(std::size_t from) const {
    return words_of(std::span<const Hash>(queries_).subspan(from));
  }
  [[nodiscard]] const std::int32_t* radii(std::size_t from) const { return radii_.data() + from; }
  [[nodiscard]] std::size_t number(std::size_t place) const { return numbers_[place]; }

 private:
  std::span<const Hash> given_;
  std::vector<Hash> queries_;
  std::vector<std::size_t> numbers_;
  std::vector<std::int32_t> radii_;
};

/// Calls visit(query, row, distance) for every one of `rows` rows within radii[query], chunk by
/// chunk in order of rows; `visit` may lower the radius of its query. `blocks_at(first, count)`
/// gives `count` blocks in the kernels' layout, valid until it is called again.
template <typename Hash, typename BlocksAt, typename Visit>
void scan(std::span<const Hash> queries, std::span<std::int32_t> radii, std::size_t rows,
          BlocksAt blocks_at, Visit visit) {
  using distance::kBlockRows;
  const auto kernel = distance::kernels().hamming_within[distance::width_index(Hash::words)];
  const std::size_t block_count = (rows + kBlockRows - 1) / kBlockRows;
  // Not filled: most of it is never touched.
  const auto hits = std::make_unique_for_overwrite<distance::RawHit[]>(
      kBlocksAtOnce * kBlockRows * std::min(queries.size(), kQueriesAtOnce));
  QueriesByRadius<Hash> sorted(queries);
  for (std::size_t first = 0, count = 0; first < block_count; first += count) {
    // Few rows first: they tell a search for the nearest rows how near those are.
    count = std::min({kBlocksAtOnce, std::max(kFirstBlocks, first), block_count - first});
    if (std::has_single_bit(first)) sorted.sort(radii);
    sorted.take(radii);
    const distance::HashRows blocks = blocks_at(first, count);
    for (std::size_t q = 0; q < queries.size(); q += kQueriesAtOnce) {
      const std::size_t together = std::min(kQueriesAtOnce, queries.size() - q);
      const std::size_t found =
          kernel(blocks, count, sorted.words(q), together, sorted.radii(q), hits.get());
      for (std::size_t i = 0; i < found; ++i) {
        const std::uint64_t row = first * kBlockRows + hits[i].row;
        if (row < rows) visit(sorted.number(q + hits[i].query), row, hits[i].distance);
      }
    }
  }
}

}  // namespace ectype::index
