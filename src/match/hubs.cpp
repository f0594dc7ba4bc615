#include "ectype/hubs.hpp"

#include "hashset/key_rows.hpp"
#include "hashset/quarantine.hpp"
#include "hashset/schema.hpp"

#include "ectype/multi_index.hpp"
#include "ectype/self_join.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <unordered_set>

namespace ectype {
namespace {

using hashset::Database;
using hashset::Statement;
using hashset::Transaction;

/// Of more matched items, so many are compared with each other.
constexpr std::size_t kCompared = 256;

/// Bounds the hits of a search that are held at once.
constexpr std::uint64_t kHitsAtOnce = 1u << 20;

struct Row {
  Hash256 hash;
  std::int64_t hash_id;
  std::int64_t item_id;

  friend bool operator<(const Row& a, const Row& b) {
    return std::tie(a.hash, a.hash_id) < std::tie(b.hash, b.hash_id);
  }
};

/// The different hashes, and the rows that have each.
struct Values {
  std::vector<Row> rows;
  std::vector<Hash256> hashes;
  std::vector<std::uint32_t> starts;  ///< in `rows`; one more than hashes

  explicit Values(std::vector<Row> all) : rows(std::move(all)) {
    std::sort(rows.begin(), rows.end());
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (i > 0 && rows[i].hash == rows[i - 1].hash) continue;
      hashes.push_back(rows[i].hash);
      starts.push_back(i);
    }
    starts.push_back(static_cast<std::uint32_t>(rows.size()));
  }

  [[nodiscard]] std::span<const Row> of(std::uint64_t value) const {
    return std::span(rows).subspan(starts[value], starts[value + 1] - starts[value]);
  }
};

/// Of the set, as it was in one moment.
struct Content {
  std::vector<Row> rows;
  std::unordered_set<std::int64_t> quarantined;
};

void require_algorithm(Database& database, const std::string& algorithm) {
  std::string there;
  for (const hashset::IndexKey& key : hashset::keys_of(database)) {
    if (key.algorithm == algorithm && key.kind == bit_kind(256)) return;
    there += (there.empty() ? "" : ", ") + key.algorithm + " (" + key.kind.to_string() + ")";
  }
  if (!there.empty())
    throw Error(ErrorCode::invalid_argument,
                database.name() + ": hubs are looked for among hashes of 256 bits, and the set " +
                    "has none of " + quote_start(algorithm) + "; it has " + there);
}

Content read_content(Database& database, const HubOptions& options) {
  const Transaction view(database, Transaction::Kind::read);
  require_algorithm(database, options.algorithm);
  Content content;
  Statement select(database, std::string(hashset::kSelectHashes) + "WHERE algorithm = ?");
  select.bind(1, std::string_view(options.algorithm));
  while (select.step()) {
    const hashset::HashRow row = hashset::read_hash(select, database.name());
    const auto* hash = row.hash.hash.get_if<Hash256>();
    if (hash != nullptr && row.hash.trusted(options.min_quality))
      content.rows.push_back({*hash, row.id, row.item_id});
  }
  content.quarantined = hashset::read_quarantined_ids(database);
  return content;
}

/// For each value how many rows lie within the radius of it, its own among them. Items that it
/// matches are no more than that.
std::vector<std::uint64_t> count_rows_near(const Values& values, int radius) {
  std::vector<std::uint64_t> near;
  for (std::uint64_t i = 0; i < values.hashes.size(); ++i) near.push_back(values.of(i).size());
  self_join<Hash256>(values.hashes, radius, [&](const Pair& pair) {
    near[pair.a] += values.of(pair.b).size();
    near[pair.b] += values.of(pair.a).size();
  });
  return near;
}

/// An item near a hub, by its nearest hash.
struct Neighbour {
  std::int64_t item_id;
  std::uint32_t distance;
  const Row* row;
};

/// Each item once, in order of id.
std::vector<Neighbour> items_near(const Values& values, std::span<const Hit> hits) {
  std::vector<Neighbour> found;
  for (const Hit& hit : hits)
    for (const Row& row : values.of(hit.row)) found.push_back({row.item_id, hit.distance, &row});
  std::sort(found.begin(), found.end(), [](const Neighbour& a, const Neighbour& b) {
    return std::tie(a.item_id, a.distance, a.row->hash_id) <
           std::tie(b.item_id, b.distance, b.row->hash_id);
  });
  found.erase(
      std::unique(found.begin(), found.end(),
                  [](const Neighbour& a, const Neighbour& b) { return a.item_id == b.item_id; }),
      found.end());
  return found;
}

int mutual_percent(std::span<const Neighbour> items, int radius) {
  const std::size_t count = std::min(items.size(), kCompared);
  if (count < 2) return 100;
  const auto hash = [&](std::size_t i) { return items[i * items.size() / count].row->hash; };
  std::size_t near = 0;
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (hamming_distance(hash(i), hash(j)) <= radius) ++near;
  return static_cast<int>(near * 100 / (count * (count - 1) / 2));
}

/// A hub whose items have no names yet.
struct FoundHub {
  Hub hub;
  std::int64_t own;  ///< item of its first hash
  std::vector<std::int64_t> matched;
};

class Finder {
 public:
  Finder(const Content& content, const HubOptions& options)
      : options_(options), values_(content.rows), quarantined_(content.quarantined) {}

  std::vector<FoundHub> run() {
    const std::vector<std::uint64_t> near = count_rows_near(values_, options_.radius);
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t i = 0; i < near.size(); ++i)
      if (near[i] > options_.min_count) candidates.push_back(i);
    if (!candidates.empty()) {
      const MultiIndex<Hash256> index(values_.hashes, {options_.radius, 1});
      for (std::size_t first = 0; first < candidates.size();) {
        std::size_t end = first;
        for (std::uint64_t hits = 0; end < candidates.size() && hits < kHitsAtOnce; ++end)
          hits += near[candidates[end]];
        examine(index, std::span(candidates).subspan(first, end - first));
        first = end;
      }
    }
    std::sort(hubs_.begin(), hubs_.end(), [](const FoundHub& a, const FoundHub& b) {
      return a.hub.count != b.hub.count ? a.hub.count > b.hub.count
                                        : a.hub.hash_ids[0] < b.hub.hash_ids[0];
    });
    return std::move(hubs_);
  }

 private:
  void examine(const MultiIndex<Hash256>& index, std::span<const std::uint32_t> candidates) {
    std::vector<Hash256> queries;
    for (const std::uint32_t value : candidates) queries.push_back(values_.hashes[value]);
    const std::vector<Hit> hits = index.within(queries, options_.radius);
    for (auto first = hits.begin(); first != hits.end();) {
      const auto end = std::find_if(first, hits.end(),
                                    [&](const Hit& hit) { return hit.query != first->query; });
      add_hub(candidates[first->query], items_near(values_, {first, end}));
      first = end;
    }
  }

  void add_hub(std::uint32_t value, std::vector<Neighbour> items) {
    const std::int64_t own = values_.of(value)[0].item_id;
    std::erase_if(items, [&](const Neighbour& near) { return near.item_id == own; });
    if (items.size() < options_.min_count) return;
    FoundHub found{{}, own, {}};
    Hub& hub = found.hub;
    for (const Row& row : values_.of(value)) {
      hub.hash_ids.push_back(row.hash_id);
      if (quarantined_.contains(row.hash_id)) ++hub.quarantined;
    }
    hub.count = items.size();
    hub.mutual_percent = mutual_percent(items, options_.radius);
    std::stable_sort(items.begin(), items.end(), [](const Neighbour& a, const Neighbour& b) {
      return a.distance < b.distance;
    });
    items.resize(std::min(items.size(), options_.max_items));
    for (const Neighbour& near : items) found.matched.push_back(near.item_id);
    hubs_.push_back(std::move(found));
  }

  const HubOptions& options_;
  Values values_;
  const std::unordered_set<std::int64_t>& quarantined_;
  std::vector<FoundHub> hubs_;
};

/// What was removed meanwhile has no name any more, and is left out.
std::vector<Hub> with_names(Database& database, std::vector<FoundHub> found) {
  const Transaction view(database, Transaction::Kind::read);
  Statement select(database, std::string(hashset::kSelectItems) + "WHERE items.id = ?");
  const auto load = [&](std::int64_t id) {
    std::optional<Item> item;
    if (select.bind(1, id).step()) item = hashset::read_item(select, database.name());
    select.rewind();
    return item;
  };
  std::vector<Hub> hubs;
  for (FoundHub& each : found) {
    auto own = load(each.own);
    if (!own) continue;
    each.hub.item = std::move(*own);
    for (const std::int64_t id : each.matched)
      if (auto item = load(id)) each.hub.matched.push_back(std::move(*item));
    hubs.push_back(std::move(each.hub));
  }
  return hubs;
}

void require_valid(const HubOptions& options) {
  const auto refuse = [](const std::string& why) { throw Error(ErrorCode::invalid_argument, why); };
  if (options.radius < 0 || options.radius > static_cast<int>(Hash256::bits))
    refuse("the radius is " + std::to_string(options.radius) + "; give 0 to 256");
  if (options.min_quality < 0 || options.min_quality > 100)
    refuse("the lowest quality is " + std::to_string(options.min_quality) + "; give 0 to 100");
  if (options.min_count == 0) refuse("a hub matches at least 0 items; give 1 or more");
}

}  // namespace

HubReport find_hubs(const HashSet& set, const HubOptions& options) {
  require_valid(options);
  Database database = hashset::open_checked(set.path(), true);
  // Nobody who changes the set has to wait for what follows.
  const Content content = read_content(database, options);
  std::vector<FoundHub> found = Finder(content, options).run();
  return {content.rows.size(), with_names(database, std::move(found))};
}

}  // namespace ectype
