#pragma once

#include "ectype/linear_index.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// The k nearest rows of each query while rows are offered, chunk by chunk in order of rows, in any
/// order within a chunk. Of rows at the same distance the smaller number counts as nearer: once a
/// query's heap of the best so far is full, rows of later chunks must be nearer than its worst, and
/// the query's radius says so.
class NearestRows {
 public:
  NearestRows(std::size_t queries, std::size_t k, std::size_t bits)
      : k_(k), heaps_(queries), radii_(queries, k == 0 ? -1 : static_cast<std::int32_t>(bits)) {}

  [[nodiscard]] std::span<std::int32_t> radii() noexcept { return radii_; }

  void offer(std::size_t query, std::uint64_t row, std::uint32_t distance) {
    std::vector<Hit>& heap = heaps_[query];
    const Hit hit{static_cast<std::uint32_t>(query), distance, row};
    if (heap.size() == k_) {
      if (!nearer(hit, heap.front())) return;
      std::pop_heap(heap.begin(), heap.end(), nearer);
      heap.pop_back();
    }
    heap.push_back(hit);
    std::push_heap(heap.begin(), heap.end(), nearer);
    if (heap.size() == k_) radii_[query] = static_cast<std::int32_t>(heap.front().distance) - 1;
  }

  /// Ordered by (query, distance, row).
  [[nodiscard]] std::vector<Hit> take() {
    std::vector<Hit> hits;
    for (std::vector<Hit>& heap : heaps_) {
      std::sort(heap.begin(), heap.end());
      hits.insert(hits.end(), heap.begin(), heap.end());
    }
    return hits;
  }

 private:
  // The top of the heap is the worst.
  static bool nearer(const Hit& a, const Hit& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
  }

  std::size_t k_;
  std::vector<std::vector<Hit>> heaps_;
  std::vector<std::int32_t> radii_;
};

}  // namespace ectype::index
