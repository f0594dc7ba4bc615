#include "ectype/search_index.hpp"

#include "index/delta_rows.hpp"
#include "index/nearest.hpp"
#include "index/removed_pages.hpp"
#include "index/scan.hpp"

#include <algorithm>
#include <mutex>

namespace ectype {
namespace {

/// What a search sees. Immutable: a change makes another one, which shares what stays the same.
template <typename Hash>
struct Snapshot {
  std::shared_ptr<const MultiIndex<Hash>> base;
  std::shared_ptr<const std::vector<std::uint32_t>> base_rows;  // numbers of its rows; null: as is
  index::DeltaRows<Hash> added;                                 // since the base was built
  std::uint64_t first_added = 0;                                // number of the first of them
  index::RemovedPages removed;                                  // by row number
  std::uint64_t removed_in_base = 0;                            // that the base still holds

  [[nodiscard]] std::uint64_t row_count() const { return first_added + added.size(); }
  [[nodiscard]] std::uint64_t base_row(std::uint64_t position) const {
    return base_rows ? (*base_rows)[position] : position;
  }
  [[nodiscard]] bool is_live(std::uint64_t row) const { return !removed[row]; }

  /// Hits of the base by their row numbers, without removed rows. Numbers ascend with positions, so
  /// the order stays.
  [[nodiscard]] std::vector<Hit> live(std::vector<Hit> hits) const {
    for (Hit& hit : hits) hit.row = base_row(hit.row);
    std::erase_if(hits, [this](const Hit& hit) { return !is_live(hit.row); });
    return hits;
  }
  /// Calls visit(query, row, distance) for every added row that is live and within radii[query].
  template <typename Visit>
  void scan_added(std::span<const Hash> queries, std::span<std::int32_t> radii, Visit visit) const {
    added.scan(queries, radii, [&](std::size_t query, std::uint64_t at, std::uint32_t distance) {
      if (is_live(first_added + at)) visit(query, first_added + at, distance);
    });
  }
};

/// Keeps the first k hits of each query.
void keep_nearest(std::vector<Hit>& hits, std::size_t k) {
  std::size_t kept = 0;
  std::size_t of_query = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    of_query = i > 0 && hits[i].query == hits[i - 1].query ? of_query + 1 : 0;
    if (of_query < k) hits[kept++] = hits[i];
  }
  hits.resize(kept);
}

}  // namespace

template <typename Hash>
struct SearchIndex<Hash>::State {
  std::mutex changing;  // one change at a time
  std::mutex compacting;
  mutable std::mutex mutex;  // guards `snapshot`
  std::shared_ptr<const Snapshot<Hash>> snapshot;

  [[nodiscard]] std::shared_ptr<const Snapshot<Hash>> current() const {
    const std::lock_guard lock(mutex);
    return snapshot;
  }
  void publish(Snapshot<Hash> next) {
    auto made = std::make_shared<const Snapshot<Hash>>(std::move(next));
    const std::lock_guard lock(mutex);
    snapshot = std::move(made);
  }
};

template <typename Hash>
SearchIndex<Hash>::SearchIndex() : SearchIndex(MultiIndex<Hash>(std::span<const Hash>())) {}

template <typename Hash>
SearchIndex<Hash>::SearchIndex(MultiIndex<Hash> base)
    : SearchIndex(std::make_shared<const MultiIndex<Hash>>(std::move(base))) {}

template <typename Hash>
SearchIndex<Hash>::SearchIndex(std::shared_ptr<const MultiIndex<Hash>> base)
    : state_(std::make_unique<State>()) {
  Snapshot<Hash> first;
  first.first_added = base->size();
  first.base = std::move(base);
  state_->publish(std::move(first));
}

template <typename Hash>
SearchIndex<Hash>::SearchIndex(SearchIndex&&) noexcept = default;
template <typename Hash>
SearchIndex<Hash>& SearchIndex<Hash>::operator=(SearchIndex&&) noexcept = default;
template <typename Hash>
SearchIndex<Hash>::~SearchIndex() = default;

template <typename Hash>
std::uint64_t SearchIndex<Hash>::add(std::span<const Hash> hashes) {
  const std::lock_guard changing(state_->changing);
  Snapshot<Hash> next = *state_->current();
  const std::uint64_t first = next.row_count();
  index::require_row_count(first + hashes.size());
  next.added.append(hashes);
  state_->publish(std::move(next));
  return first;
}

template <typename Hash>
void SearchIndex<Hash>::remove(std::span<const std::uint64_t> rows) {
  const std::lock_guard changing(state_->changing);
  Snapshot<Hash> next = *state_->current();
  next.removed.remove(rows, next.row_count());
  next.removed_in_base += static_cast<std::uint64_t>(std::count_if(
      rows.begin(), rows.end(), [&](std::uint64_t row) { return row < next.first_added; }));
  state_->publish(std::move(next));
}

template <typename Hash>
void SearchIndex<Hash>::compact(const MultiIndexOptions& options) {
  const std::lock_guard compacting(state_->compacting);
  const std::shared_ptr<const Snapshot<Hash>> old = state_->current();
  const std::span<const Hash> base = old->base->hashes();
  auto rows = std::make_shared<std::vector<std::uint32_t>>();
  for (std::size_t position = 0; position < base.size(); ++position)
    if (const std::uint64_t row = old->base_row(position); old->is_live(row))
      rows->push_back(static_cast<std::uint32_t>(row));
  const std::size_t from_base = rows->size();
  const std::vector<Hash> added = old->added.from(0);
  for (std::uint64_t row = old->first_added; row < old->row_count(); ++row)
    if (old->is_live(row)) rows->push_back(static_cast<std::uint32_t>(row));
  auto built = std::make_shared<MultiIndex<Hash>>(
      rows->size(),
      [&](std::span<Hash> out) {
        std::size_t at = 0;
        for (std::size_t position = 0; at < from_base; ++position)
          if (old->is_live(old->base_row(position))) out[at++] = base[position];
        for (; at < out.size(); ++at) out[at] = added[(*rows)[at] - old->first_added];
      },
      options);

  // What has changed meanwhile is the new delta.
  const std::lock_guard changing(state_->changing);
  Snapshot<Hash> next = *state_->current();
  index::DeltaRows<Hash> newer;
  newer.append(next.added.from(old->added.size()));
  next.added = std::move(newer);
  next.first_added = old->row_count();
  next.removed_in_base = static_cast<std::uint64_t>(std::count_if(
      rows->begin(), rows->end(), [&](std::uint32_t row) { return !next.is_live(row); }));
  next.base = std::move(built);
  next.base_rows = std::move(rows);
  state_->publish(std::move(next));
}

template <typename Hash>
std::uint64_t SearchIndex<Hash>::size() const noexcept {
  const auto now = state_->current();
  return now->row_count() - now->removed.count();
}

template <typename Hash>
std::uint64_t SearchIndex<Hash>::row_count() const noexcept {
  return state_->current()->row_count();
}

template <typename Hash>
std::uint64_t SearchIndex<Hash>::delta_size() const noexcept {
  const auto now = state_->current();
  return now->added.size() + now->removed_in_base;
}

template <typename Hash>
std::vector<Hit> SearchIndex<Hash>::within(std::span<const Hash> queries, int radius) const {
  const auto now = state_->current();
  std::vector<Hit> hits = now->live(now->base->within(queries, radius));
  if (now->added.size() == 0) return hits;
  std::vector<std::int32_t> radii(queries.size(), radius);
  now->scan_added(queries, radii,
                  [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
                    hits.push_back({static_cast<std::uint32_t>(query), distance, row});
                  });
  std::sort(hits.begin(), hits.end());
  return hits;
}

template <typename Hash>
std::vector<Hit> SearchIndex<Hash>::nearest(std::span<const Hash> queries, std::size_t k) const {
  const auto now = state_->current();
  // Removed rows take places of the base's nearest: more are asked for until enough are live.
  const std::uint64_t most = now->base->size();
  const std::uint64_t wanted = std::min<std::uint64_t>(k, most - now->removed_in_base);
  std::vector<Hit> hits;
  for (std::uint64_t ask =
           std::min(most, wanted + std::min<std::uint64_t>(now->removed_in_base, 16));
       ; ask = std::min(most, 4 * ask)) {
    hits = now->live(now->base->nearest(queries, ask));
    std::vector<std::uint64_t> found(queries.size());
    for (const Hit& hit : hits) ++found[hit.query];
    if (ask == most || std::all_of(found.begin(), found.end(),
                                   [&](std::uint64_t count) { return count >= wanted; }))
      break;
  }
  index::NearestRows best(queries.size(), k, Hash::bits);
  now->scan_added(queries, best.radii(),
                  [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
                    best.offer(query, row, distance);
                  });
  const std::vector<Hit> of_added = best.take();
  hits.insert(hits.end(), of_added.begin(), of_added.end());
  std::sort(hits.begin(), hits.end());
  keep_nearest(hits, k);
  return hits;
}

template <typename Hash>
std::string SearchIndex<Hash>::explain(std::size_t queries, int radius) const {
  const auto now = state_->current();
  return now->base->explain(queries, radius) + "; " + std::to_string(now->added.size()) +
         " rows added since are all looked at";
}

template class SearchIndex<Hash64>;
template class SearchIndex<Hash128>;
template class SearchIndex<Hash256>;

}  // namespace ectype
