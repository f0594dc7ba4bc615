#include "hashset/hash_set_state.hpp"

#include "ectype/hash_set.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace ectype {
namespace {

using hashset::HashRow;
using hashset::MatchTable;

/// The hash set's table, built anew where the file has changed since.
std::shared_ptr<const MatchTable> current_table(HashSet::State& state) {
  const std::lock_guard lock(state.mutex);
  hashset::Database& database = state.current();
  // One read transaction: the generation and the rows belong together.
  hashset::Transaction transaction(database, hashset::Transaction::Kind::read);
  hashset::Meta meta = hashset::read_meta(database);
  if (state.table && state.table->meta == meta) return state.table;

  hashset::Statement select(database, std::string(hashset::kSelectHashes) + "ORDER BY id");
  std::vector<HashRow> rows;
  while (select.step()) rows.push_back(hashset::read_hash(select, database.name()));
  MultiIndex<Hash256> index(rows.size(), [&](std::span<Hash256> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rows[i].hash.hash;
  });
  state.table = std::make_shared<const MatchTable>(
      MatchTable{std::move(meta), std::move(rows), std::move(index)});
  return state.table;
}

/// Empty where the set has changed since the table was built, and the item was removed.
std::optional<Item> load_item(HashSet::State& state, const MatchTable& table, const HashRow& hash) {
  const std::lock_guard lock(state.mutex);
  hashset::Database& database = state.current();
  const hashset::Transaction view(database, hashset::Transaction::Kind::read);
  hashset::Statement select(database, std::string(hashset::kSelectItems) + "WHERE items.id = ?");
  select.bind(1, hash.item_id);
  if (select.step()) return hashset::read_item(select, database.name());
  if (hashset::read_meta(database) == table.meta)
    throw hashset::damaged_row(database.name(), "hashes", hash.id, "belongs to no item");
  return std::nullopt;
}

/// One hash to search for, and where it came from.
struct Probe {
  std::size_t query;
  const SignatureHash* hash;
  Transform transform;
};

struct Evidence {
  int distance;
  Transform transform;
  const SignatureHash* query;
  const HashRow* row;
};

bool better(const Evidence& a, const Evidence& b) {
  if (a.distance != b.distance) return a.distance < b.distance;
  if (a.transform != b.transform) return a.transform < b.transform;
  return a.row->id < b.row->id;
}

bool matchable(const StoredHash& stored, int min_quality) {
  return !stored.degenerate && stored.quality.value_or(100) >= min_quality;
}

std::vector<Probe> make_probes(std::span<const Signature> queries, const MatchOptions& options) {
  std::vector<Probe> probes;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (const SignatureHash& hash : queries[q].hashes) {
      if (!hash.quality.trusted(options.min_quality)) continue;
      for (const Transform transform : kTransforms)
        if (options.dihedral || transform == Transform::original)
          probes.push_back({q, &hash, transform});
    }
  }
  return probes;
}

Match to_match(Item&& item, const Evidence& evidence, const Signature& query) {
  const StoredHash& stored = evidence.row->hash;
  return {std::move(item),        evidence.distance,
          evidence.transform,     evidence.query->region,
          stored.region,          stored.recipe,
          evidence.query->recipe, recipe_tolerance(stored.recipe, evidence.query->recipe),
          stored.quality,         stored.damaged || !query.damage.empty()};
}

}  // namespace

std::vector<Match> HashSet::match(const Signature& query, const MatchOptions& options) const {
  return std::move(match(std::span(&query, 1), options).front());
}

std::vector<std::vector<Match>> HashSet::match(std::span<const Signature> queries,
                                               const MatchOptions& options) const {
  if (options.min_quality < 0 || options.min_quality > 100)
    throw Error(ErrorCode::invalid_argument,
                "the lowest quality is " + std::to_string(options.min_quality) + "; give 0 to 100");
  const std::shared_ptr<const MatchTable> table = current_table(*state_);
  const std::vector<Probe> probes = make_probes(queries, options);
  std::vector<Hash256> hashes;
  for (const Probe& probe : probes)
    hashes.push_back(probe.hash->variants[static_cast<std::size_t>(probe.transform)]);

  std::vector<std::map<std::int64_t, Evidence>> best(queries.size());
  for (const Hit& hit : table->index.within(hashes, options.radius)) {
    const Probe& probe = probes[hit.query];
    const HashRow& row = table->rows[hit.row];
    if (row.hash.recipe.algorithm != probe.hash->recipe.algorithm ||
        !matchable(row.hash, options.min_quality))
      continue;
    const Evidence evidence{static_cast<int>(hit.distance), probe.transform, probe.hash, &row};
    const auto [known, added] = best[probe.query].try_emplace(row.item_id, evidence);
    if (!added && better(evidence, known->second)) known->second = evidence;
  }

  std::vector<std::vector<Match>> matches(queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (const auto& [item_id, evidence] : best[q])
      if (auto item = load_item(*state_, *table, *evidence.row))
        matches[q].push_back(to_match(std::move(*item), evidence, queries[q]));
    std::stable_sort(matches[q].begin(), matches[q].end(),
                     [](const Match& a, const Match& b) { return a.distance < b.distance; });
  }
  return matches;
}

}  // namespace ectype
