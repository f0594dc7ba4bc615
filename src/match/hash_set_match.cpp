#include "hashset/hash_set_state.hpp"
#include "match/probes.hpp"
#include "match/set_reader.hpp"
#include "match/weighing.hpp"

#include "ectype/hash_set.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace ectype {
namespace {

using hashset::Database;
using hashset::IndexKey;
using hashset::Meta;
using hashset::SetHit;
using hashset::SetIndex;
using hashset::Transaction;
using match::EvidenceByAlgorithm;
using match::Probe;
using match::Probes;
using match::SetReader;

/// Of one item, for one query.
struct ItemEvidence {
  EvidenceByAlgorithm trusted;      // of hashes that are not in quarantine
  EvidenceByAlgorithm quarantined;  // of those that are

  void add(const MatchEvidence& evidence) {
    match::keep_better(evidence.quarantined ? quarantined : trusted, evidence);
  }
  [[nodiscard]] EvidenceByAlgorithm all() const {
    EvidenceByAlgorithm both = trusted;
    for (const auto& [algorithm, evidence] : quarantined) match::keep_better(both, evidence);
    return both;
  }
};
using ByItem = std::map<std::int64_t, ItemEvidence>;

/// What a search looks in. The indexes may be brought to a later state while it runs.
struct View {
  Meta meta;
  SetIndex::Map indexes;
};

/// That an index is not what it should be: of one in a file, the set can do without.
struct IndexFault {
  IndexKey key;
  SetIndex::Ptr index;
  Error error;
};

/// Loads the indexes that are missing and reads what was added to the set.
SetIndex::Map prepare(HashSet::State& state, const Probes& probes) {
  Database& database = state.current();
  std::set<IndexKey> missing;
  for (const auto& [key, unused] : probes)
    if (!state.indexes.contains(key)) missing.insert(key);
  if (!missing.empty())
    state.indexes.merge(SetIndex::load(database, state.path, missing, state.distrusted));
  SetIndex::Map indexes;
  for (const auto& [key, unused] : probes) indexes[key] = state.indexes.at(key);
  return indexes;
}

/// The indexes that the probes need, in one state of the set: its present one.
View current_view(HashSet::State& state, const Probes& probes) {
  const auto lock = state.locked();
  while (true) {
    View view{{}, prepare(state, probes)};
    Database& database = state.current();
    if (hashset::read_meta(database) != state.shown) SetIndex::read_on(database, view.indexes);
    const Transaction transaction(database, Transaction::Kind::read);
    view.meta = hashset::read_meta(database);
    const auto is_lost = [&](const auto& entry) {
      try {
        return !entry.second->update(database, view.meta);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::damaged) throw;
        throw IndexFault{entry.first, entry.second, error};
      }
    };
    const auto lost = std::find_if(view.indexes.begin(), view.indexes.end(), is_lost);
    if (lost != view.indexes.end()) {
      state.indexes.erase(lost->first);
      continue;
    }
    state.shown = view.meta;
    return view;
  }
}

std::map<IndexKey, std::vector<SetHit>> search(const View& view, const Probes& probes,
                                               const MatchOptions& options) {
  std::map<IndexKey, std::vector<SetHit>> hits;
  for (const auto& [key, index] : view.indexes) {
    std::vector<HashValue> values;
    for (const Probe& probe : probes.at(key)) values.push_back(probe.value);
    const hashset::SetSearch what = match::search_of(key, options);
    try {
      index->tidy();
      hits[key] = index->search(values, what);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged) throw;
      throw IndexFault{key, index, error};
    }
  }
  return hits;
}

/// The id of the hash that a hit is of.
std::int64_t id_of(const SetHit& hit, const IndexKey& key, const SetIndex::Ptr& index) {
  try {
    return index->id(hit.hit.row);
  } catch (const Error& error) {
    throw IndexFault{key, index, error};
  }
}

/// Adds the distances of a candidate that its search did not reach. Keypoints are left to their
/// index: what it does not call up as a candidate is more often another shot of the scene, and
/// counts as without inliers.
void complete(std::int64_t item_id, std::size_t query, const Probes& probes, SetReader& reader,
              ItemEvidence& item) {
  for (const SetReader::Row& stored : reader.rows_of(item_id)) {
    const StoredHash& hash = stored.row.hash;
    const auto list = probes.find({hash.recipe.algorithm, hash.hash.kind()});
    if (list == probes.end()) continue;
    const auto [first, end] = std::equal_range(
        list->second.begin(), list->second.end(), Probe{query, nullptr, {}, false, {}},
        [](const Probe& a, const Probe& b) { return a.query < b.query; });
    const KeypointMatch nothing;
    for (auto probe = first; probe != end; ++probe) {
      if (hash.hash.kind() == kKeypointKind) {
        item.add(match::evidence_of(stored.row, stored.quarantined, *probe, 0, &nothing));
        continue;
      }
      const auto apart = static_cast<int>(distance(hash.hash, probe->value));
      item.add(match::evidence_of(stored.row, stored.quarantined, *probe, apart, nullptr));
    }
  }
}

struct Judged {
  int score;  ///< 0 at `Level::strict`
  Match match;
};

/// The match that the evidence makes at the options' level; nothing where it is not enough.
std::optional<Judged> judge(const EvidenceByAlgorithm& evidence, const MatchOptions& options,
                            std::uint64_t items) {
  if (evidence.empty()) return std::nullopt;
  const match::Weight weight = match::weigh(evidence, options);
  if (!weight.is_enough) return std::nullopt;
  Judged judged{weight.score, {}};
  Match& result = judged.match;
  static_cast<MatchEvidence&>(result) = evidence.at(weight.leading);
  if (weight.false_rate) result.false_matches = *weight.false_rate * static_cast<double>(items);
  if (options.level == Level::strict) return judged;
  for (const auto& [algorithm, each] : evidence)
    if (algorithm != weight.leading && !match::is_nothing(each)) result.further.push_back(each);
  return judged;
}

std::optional<Judged> judge(const ItemEvidence& item, const MatchOptions& options,
                            std::uint64_t items) {
  auto result = judge(item.trusted, options, items);
  if (!result && !item.quarantined.empty()) {
    result = judge(item.all(), options, items);
    if (result) result->match.quarantined = true;
  }
  return result;
}

using Matches = std::vector<std::vector<Match>>;

/// Of the query.
void note_damage(Match& match) {
  match.damaged = true;
  for (MatchEvidence& evidence : match.further) evidence.damaged = true;
}

/// The strongest first; of the same score, as at `Level::strict`, the nearest.
std::vector<Match> in_order(std::vector<Judged> found) {
  std::sort(found.begin(), found.end(), [](const Judged& a, const Judged& b) {
    return std::tie(b.score, a.match.distance, a.match.item.id) <
           std::tie(a.score, b.match.distance, b.match.item.id);
  });
  std::vector<Match> matches;
  for (Judged& each : found) matches.push_back(std::move(each.match));
  return matches;
}

/// By query and item. Empty where the set has changed while it was searched, so that a hit is not
/// there any more.
std::optional<std::vector<ByItem>> gather(const View& view, const Probes& probes,
                                          const std::map<IndexKey, std::vector<SetHit>>& hits,
                                          std::size_t queries, bool changed, SetReader& reader,
                                          const Database& database) {
  std::vector<ByItem> candidates(queries);
  for (const auto& [key, found] : hits) {
    const SetIndex::Ptr& index = view.indexes.at(key);
    for (const SetHit& hit : found) {
      const Probe& probe = probes.at(key)[hit.hit.query];
      const std::int64_t id = id_of(hit, key, index);
      const auto stored = reader.find(id, hit, probe);
      if (stored) {
        if (stored->evidence) candidates[probe.query][stored->item_id].add(*stored->evidence);
      } else if (changed) {
        return std::nullopt;
      } else {
        throw IndexFault{
            key, index,
            hashset::damaged_row(database.name(), "hashes", id, "is not what its index says")};
      }
    }
  }
  return candidates;
}

/// Empty as `gather`.
std::optional<Matches> match_once(HashSet::State& state, std::span<const Signature> queries,
                                  const Probes& probes, const MatchOptions& options) {
  const View view = current_view(state, probes);
  const auto hits = search(view, probes, options);

  const auto lock = state.locked();
  Database& database = state.current();
  const Transaction transaction(database, Transaction::Kind::read);
  const Meta meta = hashset::read_meta(database);
  SetReader reader(database, state.quarantine.ids(database, meta), options);
  auto candidates = gather(view, probes, hits, queries.size(), meta != view.meta, reader, database);
  if (!candidates) return std::nullopt;
  const std::uint64_t items = reader.item_count();
  Matches matches(queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::vector<Judged> found;
    for (auto& [item_id, item] : (*candidates)[q]) {
      const bool shared = options.level != Level::strict;
      const bool held = shared && reader.has_quarantined(item_id);
      if (held && !options.include_quarantined) continue;
      if (shared) complete(item_id, q, probes, reader, item);
      auto judged = judge(item, options, items);
      if (!judged) continue;
      judged->match.quarantined = judged->match.quarantined || held;
      judged->match.item = reader.item(item_id);
      if (!queries[q].damage.empty()) note_damage(judged->match);
      found.push_back(std::move(*judged));
    }
    matches[q] = in_order(std::move(found));
  }
  return matches;
}

/// Leaves aside the file that a search stumbled over. Where there is none, the fault is the set's.
void leave_aside(HashSet::State& state, const IndexFault& fault) {
  if (!fault.index->from_file()) throw fault.error;
  const auto lock = state.locked();
  const auto known = state.indexes.find(fault.key);
  // Another thread may have stumbled over it before.
  if (known == state.indexes.end() || known->second != fault.index) return;
  state.indexes.erase(known);
  state.distrusted.insert(fault.key);
}

}  // namespace

std::vector<Match> HashSet::match(const Signature& query, const MatchOptions& options) const {
  return std::move(match(std::span(&query, 1), options).front());
}

std::vector<std::vector<Match>> HashSet::match(std::span<const Signature> queries,
                                               const MatchOptions& options) const {
  match::require_valid(options);
  const Probes probes = match::make_probes(queries, options);
  while (true) {
    try {
      if (auto matches = match_once(*state_, queries, probes, options)) return std::move(*matches);
    } catch (const IndexFault& fault) {
      leave_aside(*state_, fault);
    }
  }
}

}  // namespace ectype
