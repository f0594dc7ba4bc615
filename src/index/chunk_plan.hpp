#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// Consecutive bits of a hash by which rows are put into 2^bits buckets.
struct Chunk {
  unsigned first = 0;
  unsigned bits = 0;

  [[nodiscard]] std::uint32_t key(const std::uint64_t* words) const noexcept {
    const unsigned word = first / 64;
    const unsigned shift = first % 64;
    std::uint64_t value = words[word] >> shift;
    if (shift + bits > 64) value |= words[word + 1] << (64 - shift);
    return static_cast<std::uint32_t>(value & ((std::uint64_t{1} << bits) - 1));
  }
};

inline constexpr unsigned kMaxChunkBits = 26;

/// What a look-up in a bucket and the check of a row found there cost, relative to each other.
inline constexpr double kProbeCost = 1.0;
inline constexpr double kCandidateCost = 1.0;

/// C(bits, distance): the keys at exactly this distance of one.
double keys_at(unsigned bits, int distance);

/// The chunks with the least expected cost of a query at `radius` over `rows` uniformly spread
/// hashes, of those whose tables stay small beside the rows.
std::vector<Chunk> plan_chunks(unsigned hash_bits, std::uint64_t rows, int radius);

/// The expected numbers of look-ups and of rows to check for one query.
struct Expected {
  double probes = 0;
  double candidates = 0;
  [[nodiscard]] double cost() const { return probes * kProbeCost + candidates * kCandidateCost; }
};
Expected expect(std::span<const Chunk> chunks, std::uint64_t rows, int radius);

/// The general pigeonhole principle: two hashes within `radius` differ in at most threshold[i] bits
/// of some chunk i, whenever the sum of (threshold[i] + 1) is radius + 1. A threshold of -1 leaves
/// its chunk out. This gives such thresholds one at a time to where `cost(chunk, threshold)` (the
/// cost of that threshold beyond the one before) is least; `cost` must not fall with the threshold.
template <typename Cost>
void allot_thresholds(int radius, std::vector<int>& thresholds, Cost cost) {
  std::vector<double> next(thresholds.size());
  for (std::size_t i = 0; i < next.size(); ++i) {
    thresholds[i] = -1;
    next[i] = cost(i, 0);
  }
  for (int given = 0; given <= radius; ++given) {
    std::size_t cheapest = 0;
    for (std::size_t i = 1; i < next.size(); ++i)
      if (next[i] < next[cheapest]) cheapest = i;
    ++thresholds[cheapest];
    next[cheapest] = cost(cheapest, thresholds[cheapest] + 1);
  }
}

}  // namespace ectype::index
