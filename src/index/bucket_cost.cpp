#include "index/bucket_cost.hpp"

#include <limits>

namespace ectype::index {
namespace {

/// The most that one query may cost; see Expected::cost.
constexpr double kMostCost = 1 << 18;

struct Measured {
  std::size_t searched = 0;  ///< queries that cost no more than the most
  double units = 0;          ///< that they were expected to cost
  double seconds = 0;        ///< that they took
};

Measured measure(const Buckets& buckets, int radius, double most_cost, const std::uint64_t* queries,
                 std::size_t count) {
  Measured measured;
  measured.seconds = seconds_of([&] {
    BucketSearch search(buckets, radius, most_cost, 1);
    search.run(queries, count);
    measured.searched = count - search.left_out().size();
    measured.units = search.cost();
  });
  return measured;
}

}  // namespace

BucketCost measure_buckets(const Buckets& buckets, std::uint64_t rows, int radius,
                           const std::uint64_t* queries, std::size_t count) {
  while (radius > 0 && expect(buckets.chunks, rows, radius).cost() > kMostCost) --radius;
  const Measured all = measure(buckets, radius, kMostCost, queries, count);
  if (all.searched == 0) {
    // All are in crowds: one bucket of one query still tells what a unit takes.
    const Measured one = measure(buckets, 0, std::numeric_limits<double>::infinity(), queries, 1);
    return {one.seconds / one.units, 1, 1};
  }
  const auto searched = static_cast<double>(all.searched);
  return {all.seconds / all.units,
          all.units / (searched * expect(buckets.chunks, rows, radius).cost()),
          1 - searched / static_cast<double>(count)};
}

}  // namespace ectype::index
