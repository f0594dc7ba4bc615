#include "ectype/self_join.hpp"

#include "distance/kernels.hpp"
#include "index/chunk_plan.hpp"
#include "index/distinct.hpp"
#include "index/huge_pages.hpp"
#include "index/join_firsts.hpp"
#include "index/scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace ectype {
namespace {

using distance::RawHit;
using index::Chunk;

/// Rows of two buckets that are joined at once; bounds the buffer of hits to 768 kB.
constexpr std::uint32_t kFirstRows = 64;
constexpr std::uint32_t kSecondRows = 1024;

constexpr std::uint32_t kPrefetchRows = 24;

/// Costs of a look at another bucket and of one comparison, in nanoseconds or so.
constexpr double kBucketCost = 3;
constexpr double kPairCost = 0.2;
constexpr unsigned kMostKeyBits = 22;

struct Plan {
  std::vector<Chunk> chunks;
  std::vector<int> thresholds;
};

/// Pairs of rows that are joined in a chunk, and the buckets looked at for them.
double cost_of(const Chunk& chunk, double keys, double rows) {
  const double buckets = std::ldexp(1.0, static_cast<int>(chunk.bits));
  return keys / 2 * (std::min(buckets, rows) * kBucketCost + rows * rows / buckets * kPairCost);
}

Plan make_plan(unsigned hash_bits, std::uint64_t rows, int radius) {
  Plan best;
  double best_cost = 0;
  for (unsigned count = 1; count <= hash_bits / 4; ++count) {
    Plan plan;
    unsigned first = 0;
    for (unsigned i = 0; i < count; ++i) {
      const unsigned width = hash_bits / count + (i < hash_bits % count ? 1 : 0);
      plan.chunks.push_back({first, std::min(width, kMostKeyBits)});
      first += width;
    }
    const auto cost = [&](std::size_t i, int threshold) {
      return cost_of(plan.chunks[i], index::keys_at(plan.chunks[i].bits, threshold),
                     static_cast<double>(rows));
    };
    plan.thresholds.resize(count);
    index::allot_thresholds(radius, plan.thresholds, cost);
    double total = 0;
    for (std::size_t i = 0; i < count; ++i)
      for (int t = 0; t <= plan.thresholds[i]; ++t) total += cost(i, t);
    if (best.chunks.empty() || total < best_cost) {
      best = std::move(plan);
      best_cost = total;
    }
  }
  return best;
}

template <typename Hash>
class Join {
 public:
  /// Of pairs of the rows from `firsts` on none is looked for.
  Join(std::span<const Hash> hashes, std::size_t firsts, int radius,
       const std::function<void(const Pair&)>& visit)
      : distinct_(hashes),
        firsts_(static_cast<std::uint32_t>(firsts)),
        radius_(radius),
        visit_(visit),
        plan_(make_plan(Hash::bits, distinct_.size(), radius)),
        stride_(distinct_.size() + distance::kBlockRows),
        planes_(stride_ * Hash::words),
        keys_(distinct_.size()),
        rows_(distinct_.size()),
        hits_(std::size_t{kFirstRows} * kSecondRows) {}

  void run() {
    for (std::uint32_t row = 0; row < distinct_.row_count(); ++row)
      if (const std::uint32_t first = distinct_.first_equal(row); first != row && first < firsts_)
        visit_({first, row, 0});
    for (std::size_t c = 0; c < plan_.chunks.size(); ++c)
      if (plan_.thresholds[c] >= 0) join_chunk(c);
  }

 private:
  std::uint32_t key(std::size_t chunk, std::uint32_t distinct) const {
    return plan_.chunks[chunk].key(distinct_.hash(distinct).as_words().data());
  }

  /// Puts the rows in the order of their keys; starts_[key] is where a bucket begins.
  void sort_by(std::size_t chunk) {
    starts_.assign((std::size_t{1} << plan_.chunks[chunk].bits) + 1, 0);
    const auto count = static_cast<std::uint32_t>(distinct_.size());
    for (std::uint32_t i = 0; i < count; ++i) {
      keys_[i] = key(chunk, i);
      ++starts_[keys_[i] + 1];
    }
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    for (std::uint32_t i = 0; i < count; ++i) rows_[starts_[keys_[i]]++] = i;
    std::copy_backward(starts_.begin(), starts_.end() - 1, starts_.end());
    starts_[0] = 0;
    for (std::uint32_t at = 0; at < count; ++at) {
      __builtin_prefetch(&distinct_.hash(rows_[std::min(at + kPrefetchRows, count - 1)]));
      const auto& words = distinct_.hash(rows_[at]).as_words();
      for (std::size_t w = 0; w < Hash::words; ++w) planes_[w * stride_ + at] = words[w];
    }
  }

  void join_chunk(std::size_t chunk) {
    sort_by(chunk);
    const unsigned bits = plan_.chunks[chunk].bits;
    const std::uint32_t keys = 1u << bits;
    std::vector<std::uint32_t> masks;
    for (std::uint32_t mask = 1; mask < keys; ++mask)
      if (std::popcount(mask) <= plan_.thresholds[chunk]) masks.push_back(mask);
    for (std::uint32_t bucket = 0; bucket < keys; ++bucket) {
      if (starts_[bucket] == starts_[bucket + 1]) continue;
      join_buckets(chunk, bucket, bucket);
      for (const std::uint32_t mask : masks)
        if (const std::uint32_t other = bucket ^ mask; other > bucket)
          join_buckets(chunk, bucket, other);
    }
  }

  /// Where a bucket's rows from `firsts` on begin: its rows are in order of their numbers.
  std::uint32_t split(std::uint32_t bucket) const {
    if (firsts_ >= distinct_.row_count()) return starts_[bucket + 1];
    const auto begin = rows_.begin() + starts_[bucket];
    const auto end = rows_.begin() + starts_[bucket + 1];
    const auto later = std::partition_point(
        begin, end, [this](std::uint32_t number) { return distinct_.first_row(number) < firsts_; });
    return static_cast<std::uint32_t>(later - rows_.begin());
  }

  void join_buckets(std::size_t chunk, std::uint32_t first, std::uint32_t second) {
    join_rows(chunk, starts_[first], split(first), starts_[second], starts_[second + 1]);
    if (first != second)
      join_rows(chunk, split(first), starts_[first + 1], starts_[second], split(second));
  }

  void join_rows(std::size_t chunk, std::uint32_t first, std::uint32_t first_end,
                 std::uint32_t second, std::uint32_t second_end) {
    for (std::uint32_t a = first; a < first_end; a += kFirstRows) {
      const std::uint32_t a_end = std::min(a + kFirstRows, first_end);
      for (std::uint32_t b = first == second ? a : second; b < second_end;) {
        // The rows of one bucket are joined above the diagonal: its tiles are square there.
        const bool upper = b == a;
        const std::uint32_t b_end = upper ? a_end : std::min(b + kSecondRows, second_end);
        join_tile(chunk, a, a_end, b, b_end, upper);
        b = b_end;
      }
    }
  }

  void join_tile(std::size_t chunk, std::uint32_t a, std::uint32_t a_end, std::uint32_t b,
                 std::uint32_t b_end, bool upper) {
    const std::size_t found =
        join_({planes_.data(), stride_}, a, a_end, b, b_end, upper, radius_, hits_.data());
    for (std::size_t i = 0; i < found; ++i) {
      const std::uint32_t one = rows_[hits_[i].query];
      const std::uint32_t other = rows_[hits_[i].row];
      if (was_found_before(chunk, one, other)) continue;
      const auto [low, high] = std::minmax({distinct_.first_row(one), distinct_.first_row(other)});
      visit_({low, high, hits_[i].distance});
    }
  }

  /// A pair belongs to the first chunk in which it is near enough.
  bool was_found_before(std::size_t chunk, std::uint32_t one, std::uint32_t other) const {
    for (std::size_t c = 0; c < chunk; ++c)
      if (std::popcount(key(c, one) ^ key(c, other)) <= plan_.thresholds[c]) return true;
    return false;
  }

  template <typename T>
  using Array = std::vector<T, index::HugePageAllocator<T>>;

  index::Distinct<Hash> distinct_;
  std::uint32_t firsts_;
  int radius_;
  const std::function<void(const Pair&)>& visit_;
  Plan plan_;
  distance::HammingJoin join_ =
      distance::kernels().hamming_join[distance::width_index(Hash::words)];
  std::size_t stride_;
  Array<std::uint64_t> planes_;
  Array<std::uint32_t> keys_;    // of the chunk
  Array<std::uint32_t> rows_;    // in the order of the chunk's keys
  Array<std::uint32_t> starts_;  // of the chunk's buckets in rows_
  std::vector<RawHit> hits_;
};

}  // namespace

template <typename Hash>
void self_join(std::span<const Hash> hashes, int radius,
               const std::function<void(const Pair&)>& visit) {
  index::require_radius(radius, Hash::bits);
  index::require_row_count(hashes.size());
  if (!hashes.empty()) Join<Hash>(hashes, hashes.size(), radius, visit).run();
}

void index::join_firsts(std::span<const Hash256> hashes, std::size_t firsts, int radius,
                        const std::function<void(const Pair&)>& visit) {
  require_radius(radius, Hash256::bits);
  require_row_count(hashes.size());
  if (!hashes.empty()) Join<Hash256>(hashes, firsts, radius, visit).run();
}

template void self_join<Hash64>(std::span<const Hash64>, int,
                                const std::function<void(const Pair&)>&);
template void self_join<Hash128>(std::span<const Hash128>, int,
                                 const std::function<void(const Pair&)>&);
template void self_join<Hash256>(std::span<const Hash256>, int,
                                 const std::function<void(const Pair&)>&);

}  // namespace ectype
