#pragma once

#include "ectype/bit_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace ectype::bench {

/// Uniform random hashes, the same ones at every run.
inline std::vector<Hash256> random_hashes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Hash256> hashes;
  hashes.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    hashes.emplace_back(Hash256::Words{random(), random(), random(), random()});
  return hashes;
}

}  // namespace ectype::bench
