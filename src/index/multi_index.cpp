#include "ectype/multi_index.hpp"

#include "index/bucket_cost.hpp"
#include "index/bucket_search.hpp"
#include "index/hash_blocks.hpp"
#include "index/index_file.hpp"
#include "index/nearest.hpp"
#include "index/parallel.hpp"
#include "index/scan.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>

namespace ectype {
namespace {

using index::BucketSearch;
using index::BucketTable;
using index::Chunk;
using index::HugePageAllocator;

/// Rows and queries that costs are measured with.
constexpr std::size_t kSampleRows = std::size_t{1} << 17;
constexpr std::size_t kSampleBatch = 32;

std::string in_words(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g ms", 1e3 * seconds);
  return text;
}

}  // namespace

template <typename Hash>
struct MultiIndex<Hash>::State {
  std::vector<Hash, HugePageAllocator<Hash>> owned_rows;  // or
  std::shared_ptr<const index::MappedFile> file;          // is where the rows lie
  std::span<const Hash> rows;
  std::span<const std::int64_t> ids;  // of a file; empty where it has none
  IndexStamp stamp;
  std::vector<Chunk> chunks;
  std::vector<BucketTable> tables;
  int radius = 0;

  /// Seconds, as measured on these rows.
  struct ScanCost {
    double one;    // a row, for one query
    double batch;  // a row and query, for many
  };
  std::mutex mutex;  // guards what follows
  std::optional<index::BucketCost> bucket_cost;
  std::map<int, ScanCost> scan_costs;  // by radius

  [[nodiscard]] index::Buckets buckets() const {
    return {index::words_of(rows), Hash::words, chunks, tables, file.get()};
  }

  template <typename T>
  void touch(std::span<const T> part) const {
    if (file) file->touch(part.data(), part.size_bytes());
  }

  template <typename Visit>
  void scan(std::span<const Hash> queries, std::span<std::int32_t> radii, std::size_t row_count,
            Visit visit) const {
    index::HashBlocks scratch(Hash::words);
    index::scan(
        queries, radii, row_count,
        [&](std::size_t first, std::size_t count) {
          const std::size_t row = first * distance::kBlockRows;
          const std::span<const Hash> part =
              rows.subspan(row, std::min(count * distance::kBlockRows, row_count - row));
          touch(part);
          scratch.clear();
          scratch.append({index::words_of(part), part.size() * Hash::words});
          return scratch.blocks_from(0);
        },
        visit);
  }

  std::vector<Hit> scan_within(std::span<const Hash> queries, int within,
                               std::size_t row_count) const {
    std::vector<Hit> hits;
    std::vector<std::int32_t> radii(queries.size(), within);
    scan(queries, radii, row_count,
         [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
           hits.push_back({static_cast<std::uint32_t>(query), distance, row});
         });
    std::sort(hits.begin(), hits.end());
    return hits;
  }

  /// Rows of the set, evenly chosen: queries are as skewed as the set is.
  [[nodiscard]] std::vector<std::uint32_t> sample_rows(std::size_t count) const {
    std::vector<std::uint32_t> sample(std::min(count, rows.size()));
    for (std::size_t i = 0; i < sample.size(); ++i)
      sample[i] = static_cast<std::uint32_t>(i * (rows.size() / sample.size()));
    return sample;
  }
  [[nodiscard]] std::vector<Hash> sample_queries(std::size_t count) const {
    std::vector<Hash> queries;
    for (const std::uint32_t row : sample_rows(count)) {
      touch(rows.subspan(row, 1));
      queries.push_back(rows[row]);
    }
    return queries;
  }

  /// The tables of a file may be those of other rows and find nothing wrong: a sample tells.
  void require_sample_in_tables() const {
    if (!file) return;
    for (const std::uint32_t row : sample_rows(kSampleBatch)) {
      touch(rows.subspan(row, 1));
      for (std::size_t i = 0; i < chunks.size(); ++i)
        if (!tables[i].holds(chunks[i].key(rows[row].as_words().data()), row))
          throw file->damaged("its buckets are not those of its rows");
    }
  }

  ScanCost scan_cost(int within) {
    const std::lock_guard lock(mutex);
    const auto known = scan_costs.find(within);
    if (known != scan_costs.end()) return known->second;
    const std::vector<Hash> queries = sample_queries(kSampleBatch);
    const std::size_t sample = std::min(kSampleRows, rows.size());
    const auto cost = [&](std::size_t count) {
      return index::seconds_of([&] {
               std::vector<std::int32_t> radii(count, within);
               scan(std::span(queries).first(count), radii, sample,
                    [](std::size_t, std::uint64_t, std::uint32_t) {});
             }) /
             static_cast<double>(sample * count);
    };
    const ScanCost measured{cost(1), cost(queries.size())};
    return scan_costs[within] = measured;
  }

  index::BucketCost cost_of_buckets() {
    const std::lock_guard lock(mutex);
    if (bucket_cost) return *bucket_cost;
    require_sample_in_tables();
    const std::vector<Hash> queries = sample_queries(index::kSampleSearches);
    bucket_cost = index::measure_buckets(buckets(), rows.size(), radius,
                                         index::words_of(std::span(queries)), queries.size());
    return *bucket_cost;
  }

  struct Plan {
    double scan;       // seconds, all queries
    double buckets;    // seconds, all queries
    double most_cost;  // of one query in buckets: beyond it a scan is cheaper
    bool rules_out;    // buckets look at fewer places than there are rows
    [[nodiscard]] bool use_buckets() const { return rules_out && buckets < scan; }
  };

  Plan plan(std::size_t queries, int within) {
    const ScanCost scan = scan_cost(within);
    const double count = static_cast<double>(queries);
    const double per_query =
        (queries < kSampleBatch ? scan.one : scan.batch) * static_cast<double>(rows.size());
    const index::BucketCost cost = cost_of_buckets();
    const double expected = index::expect(chunks, rows.size(), within).cost();
    const auto most = static_cast<double>(rows.size());
    const double in_buckets =
        (1 - cost.crowded) * expected * cost.skew * cost.unit + cost.crowded * per_query;
    return {per_query * count, in_buckets * count, std::min(per_query / cost.unit, most),
            expected < most};
  }
};

template <typename Hash>
MultiIndex<Hash>::MultiIndex(std::span<const Hash> hashes, const MultiIndexOptions& options)
    : MultiIndex(
          hashes.size(),
          [&](std::span<Hash> rows) { std::copy(hashes.begin(), hashes.end(), rows.begin()); },
          options) {}

template <typename Hash>
MultiIndex<Hash>::MultiIndex(std::uint64_t count, const std::function<void(std::span<Hash>)>& fill,
                             const MultiIndexOptions& options)
    : state_(std::make_unique<State>()) {
  index::require_radius(options.radius, Hash::bits);
  index::require_row_count(count);
  State& state = *state_;
  state.radius = options.radius;
  state.owned_rows.resize(count);
  if (count == 0) return;
  fill(state.owned_rows);
  state.rows = state.owned_rows;
  state.chunks = index::plan_chunks(Hash::bits, count, options.radius);
  std::vector<std::unique_ptr<BucketTable>> tables(state.chunks.size());
  index::parallel_for(state.chunks.size(), options.threads, [&](std::size_t i) {
    std::vector<std::uint32_t> keys(state.rows.size());
    for (std::size_t row = 0; row < keys.size(); ++row)
      keys[row] = state.chunks[i].key(state.rows[row].as_words().data());
    tables[i] = std::make_unique<BucketTable>(keys, state.chunks[i].bits);
  });
  for (auto& table : tables) state.tables.push_back(std::move(*table));
}

template <typename Hash>
MultiIndex<Hash>::MultiIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}

template <typename Hash>
MultiIndex<Hash> MultiIndex<Hash>::open(const std::filesystem::path& path) {
  index::IndexContent content = index::open_index_file(path, Hash::bits);
  auto state = std::make_unique<State>();
  state->file = std::move(content.file);
  state->rows = {reinterpret_cast<const Hash*>(content.rows.data()), content.row_count};
  state->chunks = std::move(content.chunks);
  state->tables = std::move(content.tables);
  state->radius = content.radius;
  state->stamp = std::move(content.stamp);
  state->ids = {reinterpret_cast<const std::int64_t*>(content.ids.data()),
                content.ids.size() / sizeof(std::int64_t)};
  return MultiIndex(std::move(state));
}

template <typename Hash>
void MultiIndex<Hash>::save(const std::filesystem::path& path, const IndexStamp& stamp,
                            std::span<const std::int64_t> ids) const {
  const State& state = *state_;
  if (!ids.empty() && ids.size() != state.rows.size())
    throw Error(ErrorCode::invalid_argument, path.string() + ": " + std::to_string(ids.size()) +
                                                 " ids for " + std::to_string(state.rows.size()) +
                                                 " rows; give one for each row or none");
  if (ids.empty()) ids = state.ids;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(state.rows.data());
  verify();
  index::write_index_file(path,
                          {nullptr,
                           {bytes, state.rows.size_bytes()},
                           {reinterpret_cast<const std::uint8_t*>(ids.data()), ids.size_bytes()},
                           state.rows.size(),
                           state.radius,
                           state.chunks,
                           state.tables,
                           stamp},
                          Hash::bits);
}

template <typename Hash>
void MultiIndex<Hash>::verify() const {
  if (state_->file && !state_->rows.empty()) state_->file->touch_all();
}

template <typename Hash>
int MultiIndex<Hash>::radius() const noexcept {
  return state_->radius;
}

template <typename Hash>
const IndexStamp& MultiIndex<Hash>::stamp() const noexcept {
  return state_->stamp;
}

template <typename Hash>
std::int64_t MultiIndex<Hash>::id(std::uint64_t row) const {
  if (state_->ids.empty()) return static_cast<std::int64_t>(row);
  const std::span<const std::int64_t> place = state_->ids.subspan(row, 1);
  state_->touch(place);
  return place[0];
}

template <typename Hash>
MultiIndex<Hash>::MultiIndex(MultiIndex&&) noexcept = default;
template <typename Hash>
MultiIndex<Hash>& MultiIndex<Hash>::operator=(MultiIndex&&) noexcept = default;
template <typename Hash>
MultiIndex<Hash>::~MultiIndex() = default;

template <typename Hash>
std::uint64_t MultiIndex<Hash>::size() const noexcept {
  return state_->rows.size();
}

template <typename Hash>
std::span<const Hash> MultiIndex<Hash>::hashes() const {
  if (!state_->rows.empty()) state_->touch(state_->rows);
  return state_->rows;
}

template <typename Hash>
std::uint64_t MultiIndex<Hash>::overhead_bytes() const noexcept {
  std::uint64_t bytes = 0;
  for (const BucketTable& table : state_->tables) bytes += table.bytes();
  return bytes;
}

template <typename Hash>
std::vector<Hit> MultiIndex<Hash>::within(std::span<const Hash> queries, int radius) const {
  index::require_radius(radius, Hash::bits);
  if (state_->rows.empty() || queries.empty()) return {};
  const typename State::Plan plan = state_->plan(queries.size(), radius);
  if (!plan.use_buckets()) return state_->scan_within(queries, radius, state_->rows.size());

  const index::Buckets buckets = state_->buckets();
  BucketSearch search(buckets, radius, plan.most_cost);
  search.run(index::words_of(queries), queries.size());
  std::vector<Hit> hits = search.take_hits();
  if (search.left_out().empty()) return hits;

  // Queries in crowded buckets are cheaper to answer by looking at every row.
  std::vector<Hash> others;
  for (const std::uint32_t query : search.left_out()) others.push_back(queries[query]);
  for (Hit hit : state_->scan_within(others, radius, state_->rows.size())) {
    hit.query = search.left_out()[hit.query];
    hits.push_back(hit);
  }
  std::sort(hits.begin(), hits.end());
  return hits;
}

template <typename Hash>
std::vector<Hit> MultiIndex<Hash>::nearest(std::span<const Hash> queries, std::size_t k) const {
  if (state_->rows.empty() || queries.empty() || k == 0) return {};
  // Where the radius holds k rows, they are the nearest; the other queries look at every row.
  std::vector<Hit> hits;
  std::vector<std::size_t> found(queries.size());
  if (const auto plan = state_->plan(queries.size(), state_->radius); plan.use_buckets()) {
    const index::Buckets buckets = state_->buckets();
    BucketSearch search(buckets, state_->radius, plan.most_cost, k);
    search.run(index::words_of(queries), queries.size());
    hits = search.take_hits();
    for (const Hit& hit : hits) ++found[hit.query];
    std::erase_if(hits, [&](const Hit& hit) { return found[hit.query] < k; });
  }
  std::vector<std::uint32_t> others;
  std::vector<Hash> other_queries;
  for (std::uint32_t query = 0; query < queries.size(); ++query) {
    if (found[query] == k) continue;
    others.push_back(query);
    other_queries.push_back(queries[query]);
  }
  index::NearestRows best(other_queries.size(), k, Hash::bits);
  state_->scan(std::span<const Hash>(other_queries), best.radii(), state_->rows.size(),
               [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
                 best.offer(query, row, distance);
               });
  for (Hit hit : best.take()) {
    hit.query = others[hit.query];
    hits.push_back(hit);
  }
  std::sort(hits.begin(), hits.end());
  return hits;
}

template <typename Hash>
std::string MultiIndex<Hash>::explain(std::size_t queries, int radius) const {
  index::require_radius(radius, Hash::bits);
  const std::string what = std::to_string(queries) + (queries == 1 ? " query" : " queries") +
                           " at radius " + std::to_string(radius) + " over " +
                           std::to_string(state_->rows.size()) + " rows: ";
  if (state_->rows.empty() || queries == 0) return what + "nothing to search";
  const typename State::Plan plan = state_->plan(queries, radius);
  return what + (plan.use_buckets() ? "buckets" : "every row") + "; buckets of " +
         std::to_string(state_->chunks.size()) + " chunks of up to " +
         std::to_string(state_->chunks[0].bits) + " bits are expected to take " +
         in_words(plan.buckets) + ", looking at every row " + in_words(plan.scan);
}

template class MultiIndex<Hash64>;
template class MultiIndex<Hash128>;
template class MultiIndex<Hash256>;

}  // namespace ectype
