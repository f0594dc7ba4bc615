#include "ectype/linear_index.hpp"

#include "index/hash_blocks.hpp"
#include "index/nearest.hpp"
#include "index/removed_rows.hpp"
#include "index/scan.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace ectype {
namespace {

using index::words_of;

}  // namespace

template <typename Hash>
struct LinearIndex<Hash>::State {
  index::HashBlocks blocks{Hash::words};
  index::RemovedRows removed;

  /// Calls visit(query, row, distance) for every row within radii[query], chunk by chunk in order
  /// of rows; `visit` may lower the radius of its query.
  template <typename Visit>
  void scan(std::span<const Hash> queries, std::span<std::int32_t> radii, Visit visit) const {
    index::scan(
        queries, radii, blocks.size(),
        [this](std::size_t first, std::size_t) { return blocks.blocks_from(first); },
        [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
          if (!removed[row]) visit(query, row, distance);
        });
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
  return state_->blocks.size() - state_->removed.count();
}

template <typename Hash>
std::uint64_t LinearIndex<Hash>::row_count() const noexcept {
  return state_->blocks.size();
}

template <typename Hash>
std::uint64_t LinearIndex<Hash>::add(std::span<const Hash> hashes) {
  // What may throw comes first; the rest cannot once there is room.
  const std::uint64_t first = state_->blocks.size();
  state_->removed.reserve(first + hashes.size());
  state_->blocks.append({words_of(hashes), hashes.size() * Hash::words});
  state_->removed.grow(first + hashes.size());
  return first;
}

template <typename Hash>
void LinearIndex<Hash>::remove(std::span<const std::uint64_t> rows) {
  state_->removed.remove(rows);
}

template <typename Hash>
std::vector<Hit> LinearIndex<Hash>::within(std::span<const Hash> queries, int radius) const {
  index::require_radius(radius, Hash::bits);
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
  index::NearestRows best(queries.size(), k, Hash::bits);
  state_->scan(queries, best.radii(),
               [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
                 best.offer(query, row, distance);
               });
  return best.take();
}

template class LinearIndex<Hash64>;
template class LinearIndex<Hash128>;
template class LinearIndex<Hash256>;

}  // namespace ectype
