#pragma once

#include "hashset/schema.hpp"
#include "hashset/sqlite.hpp"
#include "match/probes.hpp"
#include "match/weighing.hpp"

#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ectype::match {

/// Reads what hits stand for. Within one read transaction, with the lock of the set held.
class SetReader {
 public:
  /// `quarantined`: ids of hashes. All have to outlive it.
  SetReader(hashset::Database& database, const std::unordered_set<std::int64_t>& quarantined,
            const MatchOptions& options);

  struct Found {
    std::int64_t item_id = 0;
    std::optional<MatchEvidence> evidence;  ///< none where the hash is not to be matched
  };
  /// The hash that the index named; nothing where index and set do not tell the same.
  [[nodiscard]] std::optional<Found> find(std::int64_t hash_id, const hashset::SetHit& hit,
                                          const Probe& probe);
  /// Whether any hash of an item is in quarantine.
  [[nodiscard]] bool has_quarantined(std::int64_t item_id);
  /// All hashes of an item that may be matched.
  struct Row {
    hashset::HashRow row;
    bool quarantined;
  };
  [[nodiscard]] std::vector<Row> rows_of(std::int64_t item_id);
  [[nodiscard]] Item item(std::int64_t item_id);
  [[nodiscard]] std::uint64_t item_count();

 private:
  /// Null where there is no such hash.
  [[nodiscard]] const hashset::HashRow* load(std::int64_t hash_id);
  [[nodiscard]] bool may_match(const hashset::HashRow& row) const;

  hashset::Database& database_;
  const std::unordered_set<std::int64_t>& quarantined_;
  const MatchOptions& options_;
  hashset::Statement hash_, hashes_, hash_ids_, item_;
  std::unordered_map<std::int64_t, hashset::HashRow> loaded_;  // what several probes have hit
};

}  // namespace ectype::match
