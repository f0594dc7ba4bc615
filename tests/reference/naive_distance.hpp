#pragma once

#include "ectype/linear_index.hpp"

#include <cstdint>
#include <span>
#include <vector>

// Slow and plain: what the kernels and indexes are compared with.
namespace reference {

std::uint32_t hamming(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);
std::uint32_t squared_l2(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);
std::uint32_t l1(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

template <typename Hash>
std::vector<ectype::Hit> within(std::span<const Hash> queries, std::span<const Hash> rows,
                                int radius) {
  std::vector<ectype::Hit> hits;
  for (std::size_t q = 0; q < queries.size(); ++q)
    for (int distance = 0; distance <= radius; ++distance)
      for (std::size_t r = 0; r < rows.size(); ++r)
        if (hamming(queries[q].as_words(), rows[r].as_words()) ==
            static_cast<std::uint32_t>(distance))
          hits.push_back({static_cast<std::uint32_t>(q), static_cast<std::uint32_t>(distance), r});
  return hits;
}

}  // namespace reference
