#include "hashset/hash_set_state.hpp"

#include "ectype/distance.hpp"
#include "ectype/hash_set.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace ectype {
namespace {

using hashset::Database;
using hashset::HashRow;
using hashset::Meta;
using hashset::SetIndex;
using hashset::Statement;
using hashset::Transaction;

/// One hash to search for, and where it came from.
struct Probe {
  std::size_t query;
  const SignatureHash* hash;
  Transform transform;

  [[nodiscard]] const Hash256& value() const {
    return hash->variants[static_cast<std::size_t>(transform)].as<Hash256>();
  }
};
using Probes = std::map<std::string, std::vector<Probe>>;  // by algorithm

struct Evidence {
  int distance;
  Transform transform;
  const SignatureHash* query;
  HashRow row;
  bool quarantined;
};
using BestByItem = std::map<std::int64_t, Evidence>;

/// What a search looks in. The indexes may be brought to a later state while it runs.
struct View {
  Meta meta;
  std::map<std::string, std::shared_ptr<SetIndex>> indexes;  // by algorithm
};

Probes make_probes(std::span<const Signature> queries, const MatchOptions& options) {
  Probes probes;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (const SignatureHash& hash : queries[q].hashes) {
      // A set holds hashes of 256 bits; what else there is has nothing to meet.
      if (!hash.quality.trusted(options.min_quality) || !hash.hash().get_if<Hash256>()) continue;
      const std::size_t count = options.dihedral ? hash.variants.size() : 1;
      for (std::size_t t = 0; t < count; ++t)
        probes[hash.recipe.algorithm].push_back({q, &hash, kTransforms[t]});
    }
  }
  return probes;
}

/// The indexes that the probes need, in one state of the set: its present one.
View current_view(HashSet::State& state, const Probes& probes) {
  const std::lock_guard lock(state.mutex);
  while (true) {
    Database& database = state.current();
    for (const auto& [algorithm, unused] : probes)
      if (!state.indexes.contains(algorithm))
        state.indexes[algorithm] =
            std::make_shared<SetIndex>(database, state.path, algorithm, state.trust_files);
    const Transaction transaction(database, Transaction::Kind::read);
    const Meta meta = hashset::read_meta(database);
    View view{meta, {}};
    for (const auto& [algorithm, unused] : probes) {
      const auto& index = state.indexes[algorithm];
      if (index->update(database, meta)) {
        view.indexes[algorithm] = index;
      } else {
        state.indexes.erase(algorithm);
      }
    }
    if (view.indexes.size() == probes.size()) return view;
  }
}

/// Reads what hits stand for. Within one read transaction, with the state's mutex held.
class Resolver {
 public:
  Resolver(Database& database, const MatchOptions& options)
      : database_(database),
        options_(options),
        hash_(database, std::string(hashset::kSelectHashes) + "WHERE id = ?"),
        quarantine_(database, std::string(hashset::kSelectQuarantine) + "WHERE hash_id = ?"),
        item_(database, std::string(hashset::kSelectItems) + "WHERE items.id = ?") {}

  /// False where the index and the set do not tell the same.
  [[nodiscard]] bool collect(std::int64_t hash_id, const Hit& hit, const Probe& probe,
                             BestByItem& best) {
    std::optional<HashRow> row = load(hash_id);
    if (!row || hamming_distance(row->hash.hash, probe.value()) != static_cast<int>(hit.distance))
      return false;
    if (!row->hash.trusted(options_.min_quality)) return true;
    const bool quarantined = is_quarantined(hash_id);
    if (quarantined && !options_.include_quarantined) return true;
    Evidence evidence{static_cast<int>(hit.distance), probe.transform, probe.hash, *row,
                      quarantined};
    const auto [known, added] = best.try_emplace(row->item_id, evidence);
    if (!added && better(evidence, known->second)) known->second = std::move(evidence);
    return true;
  }

  [[nodiscard]] Item item(const HashRow& row) {
    item_.bind(1, row.item_id);
    if (!item_.step())
      throw hashset::damaged_row(database_.name(), "hashes", row.id, "belongs to no item");
    Item item = hashset::read_item(item_, database_.name());
    item_.rewind();
    return item;
  }

 private:
  [[nodiscard]] std::optional<HashRow> load(std::int64_t hash_id) {
    hash_.bind(1, hash_id);
    std::optional<HashRow> row;
    if (hash_.step()) row = hashset::read_hash(hash_, database_.name());
    hash_.rewind();
    return row;
  }

  [[nodiscard]] bool is_quarantined(std::int64_t hash_id) {
    const bool found = quarantine_.bind(1, hash_id).step();
    if (found) hashset::read_quarantined(quarantine_, database_.name());
    quarantine_.rewind();
    return found;
  }

  static bool better(const Evidence& a, const Evidence& b) {
    if (a.quarantined != b.quarantined) return b.quarantined;
    if (a.distance != b.distance) return a.distance < b.distance;
    if (a.transform != b.transform) return a.transform < b.transform;
    return a.row.id < b.row.id;
  }

  Database& database_;
  const MatchOptions& options_;
  Statement hash_, quarantine_, item_;
};

Match to_match(Item&& item, const Evidence& evidence, const Signature& query) {
  const StoredHash& stored = evidence.row.hash;
  return {std::move(item),        evidence.distance,
          evidence.transform,     evidence.query->region,
          stored.region,          stored.recipe,
          evidence.query->recipe, recipe_tolerance(stored.recipe, evidence.query->recipe),
          stored.quality,         stored.damaged || !query.damage.empty(),
          evidence.row.id,        evidence.quarantined};
}

using Matches = std::vector<std::vector<Match>>;

std::map<std::string, std::vector<Hit>> search(const View& view, const Probes& probes, int radius) {
  std::map<std::string, std::vector<Hit>> hits;
  for (const auto& [algorithm, index] : view.indexes) {
    std::vector<Hash256> hashes;
    for (const Probe& probe : probes.at(algorithm)) hashes.push_back(probe.value());
    hits[algorithm] = index->within(hashes, radius);
  }
  return hits;
}

/// Empty where the set has changed while it was searched, so that a hit is not there any more.
std::optional<Matches> match_once(HashSet::State& state, std::span<const Signature> queries,
                                  const Probes& probes, const MatchOptions& options) {
  const View view = current_view(state, probes);
  const auto hits = search(view, probes, options.radius);

  const std::lock_guard lock(state.mutex);
  Database& database = state.current();
  const Transaction transaction(database, Transaction::Kind::read);
  const bool changed = hashset::read_meta(database) != view.meta;
  Resolver resolver(database, options);
  std::vector<BestByItem> best(queries.size());
  for (const auto& [algorithm, found] : hits) {
    for (const Hit& hit : found) {
      const Probe& probe = probes.at(algorithm)[hit.query];
      const std::int64_t id = view.indexes.at(algorithm)->id(hit.row);
      if (resolver.collect(id, hit, probe, best[probe.query])) continue;
      if (changed) return std::nullopt;
      throw hashset::damaged_row(database.name(), "hashes", id, "is not what its index says");
    }
  }
  Matches matches(queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (const auto& [item_id, evidence] : best[q])
      matches[q].push_back(to_match(resolver.item(evidence.row), evidence, queries[q]));
    std::stable_sort(matches[q].begin(), matches[q].end(),
                     [](const Match& a, const Match& b) { return a.distance < b.distance; });
  }
  return matches;
}

/// After damage was found: whether it can be that of an index file, which the set can do without.
bool leave_files_aside(HashSet::State& state) {
  const std::lock_guard lock(state.mutex);
  const bool any = std::any_of(state.indexes.begin(), state.indexes.end(),
                               [](const auto& entry) { return entry.second->from_file(); });
  state.trust_files = state.trust_files && !any;
  if (any) state.indexes.clear();
  return any;
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
  if (options.radius < 0 || options.radius > static_cast<int>(Hash256::bits))
    throw Error(ErrorCode::invalid_argument,
                "the radius is " + std::to_string(options.radius) + "; give 0 to 256");
  const Probes probes = make_probes(queries, options);
  while (true) {
    try {
      if (auto matches = match_once(*state_, queries, probes, options)) return std::move(*matches);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged || !leave_files_aside(*state_)) throw;
    }
  }
}

}  // namespace ectype
