#pragma once

#include "distance/kernels.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ectype::index {

/// Blocks that stay in the first-level cache while a batch of queries looks at them.
inline constexpr std::size_t kBlocksAtOnce = 128;
/// Queries looked at together; bounds the buffer of hits to 3 MB.
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
  for (std::size_t first = 0; first < block_count; first += kBlocksAtOnce) {
    const std::size_t count = std::min(kBlocksAtOnce, block_count - first);
    const std::uint64_t* blocks = blocks_at(first, count);
    for (std::size_t q = 0; q < queries.size(); q += kQueriesAtOnce) {
      const std::size_t together = std::min(kQueriesAtOnce, queries.size() - q);
      const std::size_t found = kernel(blocks, count, words_of(queries.subspan(q)), together,
                                       radii.data() + q, hits.get());
      for (std::size_t i = 0; i < found; ++i) {
        const std::uint64_t row = first * kBlockRows + hits[i].row;
        if (row < rows) visit(q + hits[i].query, row, hits[i].distance);
      }
    }
  }
}

}  // namespace ectype::index
