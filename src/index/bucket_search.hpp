#pragma once

#include "distance/kernels.hpp"
#include "index/bucket_table.hpp"
#include "index/chunk_plan.hpp"

#include "ectype/linear_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace ectype::index {

/// The rows of an index and the tables of their chunks.
struct Buckets {
  const std::uint64_t* rows;
  std::size_t words;  ///< of a row
  std::span<const Chunk> chunks;
  std::span<const BucketTable> tables;
  const MappedFile* file = nullptr;  ///< where the rows lie, if in one
};

/// One search in the buckets. Nearly every access misses the cache, so the work of many look-ups is
/// kept in flight: what a look-up needs is prefetched when it is queued, and used when the queue is
/// full. Queries go through in groups.
class BucketSearch {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  /// Queries that are expected to cost more than `most_cost` (see Expected::cost) are left out. Of
  /// each of the others the `most_hits` nearest hits are kept.
  BucketSearch(const Buckets& buckets, int radius, double most_cost, std::size_t most_hits = kAll)
      : buckets_(buckets),
        radius_(radius),
        most_cost_(most_cost),
        most_hits_(most_hits),
        select_(distance::kernels().hamming_select[distance::width_index(buckets.words)]),
        thresholds_(buckets.chunks.size()),
        shells_(buckets.chunks.size()) {}

  /// `queries` are `count` rows of words. To be called once.
  void run(const std::uint64_t* queries, std::size_t count);

  /// Ordered by (query, distance, row).
  [[nodiscard]] std::vector<Hit> take_hits() { return std::move(hits_); }
  [[nodiscard]] const std::vector<std::uint32_t>& left_out() const noexcept { return left_out_; }
  /// What those that were not left out were expected to cost together.
  [[nodiscard]] double cost() const noexcept { return cost_; }

 private:
  static constexpr std::size_t kGroup = 8;
  static constexpr std::size_t kProbes = 256;
  static constexpr std::size_t kCandidates = 256;
  /// Hits that a query may hold beyond those that it keeps.
  static constexpr std::size_t kSpareHits = 4096;

  /// Rows whose chunk equals the query's, and rows one bit away.
  struct Shells {
    double equal, near;
  };
  struct Probe {
    std::uint32_t key, query;
    std::uint32_t chunk;
  };
  struct Found {
    const BucketTable* table;
    BucketTable::Range range;
    std::uint32_t query;
  };

  void prefetch_shells(const std::uint64_t* query) const;
  double allot(const std::uint64_t* query);
  void probe_all(std::uint32_t number);
  void probe(std::uint32_t number, std::uint32_t chunk, std::uint32_t key);
  void flush_probes();
  void check_later(std::uint32_t number, std::uint32_t row);
  void flush_candidates();
  void keep_nearest();
  [[nodiscard]] const std::uint64_t* query(std::uint32_t number) const {
    return queries_ + std::size_t{number} * buckets_.words;
  }

  const Buckets& buckets_;
  int radius_;
  double most_cost_;
  std::size_t most_hits_;
  distance::HammingSelect select_;
  const std::uint64_t* queries_ = nullptr;
  std::vector<int> thresholds_;
  std::vector<Shells> shells_;

  std::size_t probe_count_ = 0;
  std::array<Probe, kProbes> probes_;
  std::array<Found, kProbes> found_;

  // Candidates of one query after the other.
  std::size_t candidate_count_ = 0;
  std::array<std::uint32_t, kCandidates> candidates_;
  std::array<std::uint32_t, kCandidates> candidate_queries_;

  std::vector<Hit> hits_;
  std::size_t first_hit_ = 0;  // of the query whose hits come in
  std::vector<std::uint32_t> left_out_;
  double cost_ = 0;
};

}  // namespace ectype::index
