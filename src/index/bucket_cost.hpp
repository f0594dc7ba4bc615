#pragma once

#include "index/bucket_search.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ectype::index {

/// Queries that `measure_buckets` is to be given.
inline constexpr std::size_t kSampleSearches = 8;

/// Seconds that `step` takes a second time: what the first one reads for the first time, later ones
/// find in memory.
template <typename Step>
double seconds_of(Step step) {
  using Clock = std::chrono::steady_clock;
  step();
  const auto start = Clock::now();
  step();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct BucketCost {
  double unit = 0;     ///< seconds of one unit of Expected::cost
  double skew = 1;     ///< what a query costs, as a multiple of what it would on uniform rows
  double crowded = 0;  ///< share of queries that cost too much, and had better look at every row
};

/// What searches cost in the buckets of `rows` rows, by `count` queries like those to come. Takes
/// some 20 ms whatever the radius and the rows: of a larger radius than that allows a smaller one
/// is measured.
BucketCost measure_buckets(const Buckets& buckets, std::uint64_t rows, int radius,
                           const std::uint64_t* queries, std::size_t count);

}  // namespace ectype::index
