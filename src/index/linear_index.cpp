#include "ectype/linear_index.hpp"

#include "distance/kernels.hpp"
#include "index/hash_blocks.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace ectype {
namespace {

using distance::kBlockRows;
using distance::RawHit;

/// Blocks that stay in the first-level cache while a batch of queries looks at them.
constexpr std::size_t kBlocksAtOnce = 128;
/// Queries looked at together; bounds the buffer of hits to 1.5 MB.
constexpr std::size_t kQueriesAtOnce = 128;

template <typename Hash>
const std::uint64_t* words_of(std::span<const Hash> hashes) {
  static_assert(sizeof(Hash) == Hash::bytes);
  return reinterpret_cast<const std::uint64_t*>(hashes.data());
}

/// Ordered by (distance, row): the top of the heap is the worst.
bool nearer(const Hit& a, const Hit& b) {
  return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
}

}  // namespace

template <typename Hash>
struct LinearIndex<Hash>::State {
  index::HashBlocks blocks{Hash::words};
  std::vector<bool> removed;
  std::uint64_t removed_count = 0;

  /// Calls visit(query, row, distance) for every row within radii[query], chunk by chunk in order
  /// of rows; `visit` may lower the radius of its query.
  template <typename Visit>
  void scan(std::span<const Hash> queries, std::span<std::int32_t> radii, Visit visit) const {
    const auto kernel = distance::kernels().hamming_within[distance::width_index(Hash::words)];
    std::vector<RawHit> hits(kBlocksAtOnce * kBlockRows * std::min(queries.size(), kQueriesAtOnce));
    for (std::size_t first = 0; first < blocks.block_count(); first += kBlocksAtOnce) {
      const std::size_t count = std::min(kBlocksAtOnce, blocks.block_count() - first);
      for (std::size_t q = 0; q < queries.size(); q += kQueriesAtOnce) {
        const std::size_t together = std::min(kQueriesAtOnce, queries.size() - q);
        const std::size_t found = kernel(blocks.block(first), count, words_of(queries.subspan(q)),
                                         together, radii.data() + q, hits.data());
        for (std::size_t i = 0; i < found; ++i) {
          const std::uint64_t row = first * kBlockRows + hits[i].row;
          if (row < blocks.size() && !removed[row]) visit(q + hits[i].query, row, hits[i].distance);
        }
      }
    }
  }
};

template <typename Hash>
LinearIndex<Hash>::LinearIndex() : state_(std::make_unique<State>()) {}
template <typename Hash>
LinearIndex<Hash>::LinearIndex(std::span<const Hash> hashes) : LinearIndex() {
  add(hashes);
}
template <typename Hash>
LinearIndex<Hash>::LinearIndex(const LinearIndex& other)
    : state_(std::make_unique<State>(*other.state_)) {}
template <typename Hash>
LinearIndex<Hash>& LinearIndex<Hash>::operator=(const LinearIndex& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
template <typename Hash>
LinearIndex<Hash>::LinearIndex(LinearIndex&&) noexcept = default;
template <typename Hash>
LinearIndex<Hash>& LinearIndex<Hash>::operator=(LinearIndex&&) noexcept = default;
template <typename Hash>
LinearIndex<Hash>::~LinearIndex() = default;

template <typename Hash>
std::uint64_t LinearIndex<Hash>::size() const noexcept {
  return state_->blocks.size() - state_->removed_count;
}

template <typename Hash>
std::uint64_t LinearIndex<Hash>::row_count() const noexcept {
  return state_->blocks.size();
}

template <typename Hash>
std::uint64_t LinearIndex<Hash>::add(std::span<const Hash> hashes) {
  // What may throw comes first; the rest cannot once there is room.
  const std::uint64_t first = state_->blocks.size();
  std::vector<bool>& removed = state_->removed;
  if (removed.capacity() < first + hashes.size())
    removed.reserve(std::max<std::size_t>(first + hashes.size(), removed.capacity() * 3 / 2));
  state_->blocks.append({words_of(hashes), hashes.size() * Hash::words});
  removed.resize(first + hashes.size());
  return first;
}

template <typename Hash>
void LinearIndex<Hash>::remove(std::span<const std::uint64_t> rows) {
  std::vector<bool> removed = state_->removed;
  for (const std::uint64_t row : rows) {
    if (row >= removed.size() || removed[row])
      throw Error(ErrorCode::not_found, "row " + std::to_string(row) + " is not in the index of " +
                                            std::to_string(size()) + " rows; nothing was removed");
    removed[row] = true;
  }
  state_->removed = std::move(removed);
  state_->removed_count += rows.size();
}

template <typename Hash>
std::vector<Hit> LinearIndex<Hash>::within(std::span<const Hash> queries, int radius) const {
  if (radius < 0 || radius > static_cast<int>(Hash::bits))
    throw Error(ErrorCode::invalid_argument, "radius is " + std::to_string(radius) +
                                                 "; give 0 to " + std::to_string(Hash::bits));
  std::vector<Hit> hits;
  std::vector<std::int32_t> radii(queries.size(), radius);
  state_->scan(queries, radii, [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
    hits.push_back({static_cast<std::uint32_t>(query), distance, row});
  });
  std::sort(hits.begin(), hits.end());
  return hits;
}

template <typename Hash>
std::vector<Hit> LinearIndex<Hash>::nearest(std::span<const Hash> queries, std::size_t k) const {
  // A query's heap of the best so far lowers its radius once it is full. Rows come in order within
  // a chunk's block, so of equal distances the smaller row is there first.
  std::vector<std::vector<Hit>> best(queries.size());
  std::vector<std::int32_t> radii(queries.size(), k == 0 ? -1 : static_cast<int>(Hash::bits));
  state_->scan(queries, radii, [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
    std::vector<Hit>& heap = best[query];
    const Hit hit{static_cast<std::uint32_t>(query), distance, row};
    if (heap.size() == k) {
      if (!nearer(hit, heap.front())) return;
      std::pop_heap(heap.begin(), heap.end(), nearer);
      heap.pop_back();
    }
    heap.push_back(hit);
    std::push_heap(heap.begin(), heap.end(), nearer);
    if (heap.size() == k) radii[query] = static_cast<std::int32_t>(heap.front().distance);
  });
  std::vector<Hit> hits;
  for (std::vector<Hit>& heap : best) {
    std::sort(heap.begin(), heap.end());
    hits.insert(hits.end(), heap.begin(), heap.end());
  }
  return hits;
}

template class LinearIndex<Hash64>;
template class LinearIndex<Hash128>;
template class LinearIndex<Hash256>;

}  // namespace ectype
