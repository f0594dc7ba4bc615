#include "index/bucket_search.hpp"

#include <algorithm>
#include <bit>

namespace ectype::index {
namespace {

/// The next larger number with as many one bits.
std::uint32_t next_combination(std::uint32_t bits) {
  const std::uint32_t lowest = bits & (0u - bits);
  const std::uint32_t carried = bits + lowest;
  return carried | ((bits ^ carried) >> (2 + std::countr_zero(lowest)));
}

}  // namespace

void BucketSearch::run(const std::uint64_t* queries, std::size_t count) {
  queries_ = queries;
  for (std::size_t first = 0; first < count; first += kGroup) {
    const std::size_t end = std::min(first + kGroup, count);
    for (std::size_t q = first; q < end; ++q) prefetch_shells(query(static_cast<std::uint32_t>(q)));
    for (std::size_t q = first; q < end; ++q) {
      const auto number = static_cast<std::uint32_t>(q);
      const double cost = allot(query(number));
      if (cost > most_cost_) {
        left_out_.push_back(number);
      } else {
        cost_ += cost;
        probe_all(number);
      }
    }
  }
  flush_probes();
  flush_candidates();
  keep_nearest();
}

/// Of the query whose hits came last. A row that is near in several chunks was found as often.
void BucketSearch::keep_nearest() {
  const auto first = hits_.begin() + static_cast<std::ptrdiff_t>(first_hit_);
  std::sort(first, hits_.end());
  hits_.erase(std::unique(first, hits_.end()), hits_.end());
  if (hits_.size() - first_hit_ > most_hits_) hits_.resize(first_hit_ + most_hits_);
}

void BucketSearch::prefetch_shells(const std::uint64_t* query) const {
  for (std::size_t i = 0; i < buckets_.chunks.size(); ++i) {
    const std::uint32_t key = buckets_.chunks[i].key(query);
    buckets_.tables[i].prefetch(key);
    for (unsigned bit = 0; bit < buckets_.chunks[i].bits; ++bit)
      buckets_.tables[i].prefetch(key ^ 1u << bit);
  }
}

/// Gives the query its thresholds by how many rows its own buckets hold, and returns the cost.
double BucketSearch::allot(const std::uint64_t* query) {
  for (std::size_t i = 0; i < shells_.size(); ++i) {
    const BucketTable& table = buckets_.tables[i];
    const std::uint32_t key = buckets_.chunks[i].key(query);
    std::uint64_t near = 0;
    for (unsigned bit = 0; bit < buckets_.chunks[i].bits; ++bit)
      near += table.range(key ^ 1u << bit).size();
    shells_[i] = {static_cast<double>(table.range(key).size()), static_cast<double>(near)};
  }
  // Farther shells are taken to grow as they do in uniform data.
  const auto cost = [&](std::size_t i, int threshold) {
    const unsigned bits = buckets_.chunks[i].bits;
    const double keys = keys_at(bits, threshold);
    const double rows = threshold == 0 ? shells_[i].equal : shells_[i].near * keys / bits;
    return threshold > static_cast<int>(bits) ? 0 : keys * kProbeCost + rows * kCandidateCost;
  };
  allot_thresholds(radius_, thresholds_, cost);
  double total = 0;
  for (std::size_t i = 0; i < thresholds_.size(); ++i)
    for (int t = 0; t <= thresholds_[i]; ++t) total += cost(i, t);
  return total;
}

void BucketSearch::probe_all(std::uint32_t number) {
  for (std::uint32_t i = 0; i < thresholds_.size(); ++i) {
    const Chunk& chunk = buckets_.chunks[i];
    const std::uint32_t key = chunk.key(query(number));
    const std::uint32_t end = 1u << chunk.bits;
    if (thresholds_[i] >= 0) probe(number, i, key);
    for (int t = 1; t <= std::min(thresholds_[i], static_cast<int>(chunk.bits)); ++t)
      for (std::uint32_t mask = (1u << t) - 1; mask < end; mask = next_combination(mask))
        probe(number, i, key ^ mask);
  }
}

void BucketSearch::probe(std::uint32_t number, std::uint32_t chunk, std::uint32_t key) {
  buckets_.tables[chunk].prefetch(key);
  probes_[probe_count_++] = {key, number, chunk};
  if (probe_count_ == kProbes) flush_probes();
}

void BucketSearch::flush_probes() {
  std::size_t found = 0;
  for (std::size_t i = 0; i < probe_count_; ++i) {
    const BucketTable& table = buckets_.tables[probes_[i].chunk];
    const BucketTable::Range range = table.range(probes_[i].key);
    table.touch_rows(range);
    table.prefetch_rows(range.begin);
    found_[found] = {&table, range, probes_[i].query};
    found += range.size() > 0 ? 1 : 0;
  }
  probe_count_ = 0;
  for (std::size_t i = 0; i < found; ++i)
    for (std::uint32_t at = found_[i].range.begin; at < found_[i].range.end; ++at)
      check_later(found_[i].query, found_[i].table->row(at));
}

void BucketSearch::check_later(std::uint32_t number, std::uint32_t row) {
  const std::uint64_t* const words = buckets_.rows + std::size_t{row} * buckets_.words;
  if (buckets_.file != nullptr) buckets_.file->touch(words, buckets_.words * sizeof *words);
  __builtin_prefetch(words);
  candidates_[candidate_count_] = row;
  candidate_queries_[candidate_count_++] = number;
  if (candidate_count_ == kCandidates) flush_candidates();
}

void BucketSearch::flush_candidates() {
  std::array<distance::RawHit, kCandidates> near;
  for (std::size_t i = 0; i < candidate_count_;) {
    std::size_t end = i + 1;
    while (end < candidate_count_ && candidate_queries_[end] == candidate_queries_[i]) ++end;
    const std::uint32_t number = candidate_queries_[i];
    const std::size_t count = select_(query(number), buckets_.rows, candidates_.data() + i, end - i,
                                      radius_, number, near.data());
    // Queries come one after the other, so that the hits of one do too.
    if (count > 0 && !hits_.empty() && hits_.back().query != number) {
      keep_nearest();
      first_hit_ = hits_.size();
    }
    for (std::size_t h = 0; h < count; ++h)
      hits_.push_back({near[h].query, near[h].distance, near[h].row});
    if (const std::size_t held = hits_.size() - first_hit_;
        held > kSpareHits && (held - kSpareHits) / 2 > most_hits_)
      keep_nearest();
    i = end;
  }
  candidate_count_ = 0;
}

}  // namespace ectype::index
