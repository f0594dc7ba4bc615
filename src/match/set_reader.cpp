#include "match/set_reader.hpp"

#include <string>
#include <utility>

namespace ectype::match {
namespace {

/// Bounds the memory of one search.
constexpr std::size_t kMostLoaded = 1 << 16;

}  // namespace

using hashset::Database;
using hashset::HashRow;

SetReader::SetReader(Database& database, const std::unordered_set<std::int64_t>& quarantined,
                     const MatchOptions& options)
    : database_(database),
      quarantined_(quarantined),
      options_(options),
      hash_(database, std::string(hashset::kSelectHashes) + "WHERE id = ?"),
      hashes_(database, std::string(hashset::kSelectHashes) + "WHERE item_id = ? ORDER BY id"),
      hash_ids_(database, "SELECT id FROM hashes WHERE item_id = ?"),
      item_(database, std::string(hashset::kSelectItems) + "WHERE items.id = ?") {}

const HashRow* SetReader::load(std::int64_t hash_id) {
  if (const auto known = loaded_.find(hash_id); known != loaded_.end()) return &known->second;
  if (loaded_.size() >= kMostLoaded) loaded_.clear();
  hash_.bind(1, hash_id);
  const HashRow* row = nullptr;
  if (hash_.step())
    row = &loaded_.emplace(hash_id, hashset::read_hash(hash_, database_.name())).first->second;
  hash_.rewind();
  return row;
}

std::optional<SetReader::Found> SetReader::find(std::int64_t hash_id, const hashset::SetHit& hit,
                                                const Probe& probe) {
  const bool quarantined = quarantined_.contains(hash_id);
  if (quarantined && !options_.include_quarantined) return Found{};
  const HashRow* row = load(hash_id);
  if (row == nullptr || row->hash.hash.kind() != probe.value.kind()) return std::nullopt;
  if (!hit.vote && distance(row->hash.hash, probe.value) != hit.hit.distance) return std::nullopt;
  Found found{row->item_id, std::nullopt};
  if (may_match(*row))
    found.evidence =
        evidence_of(*row, quarantined, probe, static_cast<int>(hit.hit.distance), hit.vote.get());
  return found;
}

bool SetReader::has_quarantined(std::int64_t item_id) {
  if (quarantined_.empty()) return false;
  bool any = false;
  hash_ids_.bind(1, item_id);
  while (!any && hash_ids_.step()) any = quarantined_.contains(hash_ids_.integer(0));
  hash_ids_.rewind();
  return any;
}

std::vector<SetReader::Row> SetReader::rows_of(std::int64_t item_id) {
  std::vector<Row> rows;
  hashes_.bind(1, item_id);
  while (hashes_.step()) {
    HashRow row = hashset::read_hash(hashes_, database_.name());
    const bool quarantined = quarantined_.contains(row.id);
    if (may_match(row) && (!quarantined || options_.include_quarantined))
      rows.push_back({std::move(row), quarantined});
  }
  hashes_.rewind();
  return rows;
}

Item SetReader::item(std::int64_t item_id) {
  item_.bind(1, item_id);
  if (!item_.step())
    throw hashset::damaged_row(database_.name(), "items", item_id,
                               "is missing, and hashes belong to it");
  Item item = hashset::read_item(item_, database_.name());
  item_.rewind();
  return item;
}

std::uint64_t SetReader::item_count() {
  return static_cast<std::uint64_t>(database_.number("SELECT count(*) FROM items"));
}

bool SetReader::may_match(const HashRow& row) const {
  return row.hash.trusted(options_.quality_needed());
}

}  // namespace ectype::match
