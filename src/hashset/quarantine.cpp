#include "hashset/quarantine.hpp"

#include "hashset/hash_set_state.hpp"
#include "hashset/schema.hpp"

namespace ectype {
namespace hashset {
namespace {

/// Whether the row is new.
bool insert(Database& database, const QuarantinedHash& row) {
  Statement(database, "INSERT OR IGNORE INTO quarantine VALUES(?, ?, ?, ?)")
      .bind(1, row.hash_id)
      .bind(2, std::string_view(row.reason))
      .bind(3, std::string_view(row.since))
      .bind(4, checksum(row))
      .run();
  return database.changes() > 0;
}

void require_hashes(Database& database, std::span<const std::int64_t> hash_ids) {
  Statement select(database, "SELECT 1 FROM hashes WHERE id = ?");
  for (const std::int64_t id : hash_ids) {
    if (!select.bind(1, id).step())
      throw Error(ErrorCode::not_found, database.name() + ": has no hash " + std::to_string(id) +
                                            "; matches and `ectype set doctor` name hash ids");
    select.rewind();
  }
}

}  // namespace

std::unordered_set<std::int64_t> read_quarantined_ids(Database& database) {
  Statement select(database, kSelectQuarantine);
  std::unordered_set<std::int64_t> ids;
  while (select.step()) ids.insert(read_quarantined(select, database.name()).hash_id);
  return ids;
}

std::vector<CarriedQuarantine> read_carried(Database& database) {
  Statement select(database,
                   "SELECT hash_id, reason, since, quarantine.checksum, fingerprint, recipe, "
                   "region, value FROM quarantine JOIN hashes ON hashes.id = hash_id "
                   "JOIN items ON items.id = item_id ORDER BY hash_id");
  std::vector<CarriedQuarantine> carried;
  while (select.step())
    carried.push_back({read_quarantined(select, database.name()), select.integer(4), select.text(5),
                       select.text(6), select.text(7)});
  return carried;
}

std::uint64_t carry(Database& database, const std::vector<CarriedQuarantine>& carried) {
  Statement same(database,
                 "SELECT hashes.id FROM items JOIN hashes ON item_id = items.id "
                 "WHERE fingerprint = ? AND recipe = ? AND region = ? AND value = ?");
  std::uint64_t count = 0;
  for (const CarriedQuarantine& one : carried) {
    same.bind(1, one.item_fingerprint)
        .bind(2, std::string_view(one.recipe))
        .bind(3, std::string_view(one.region))
        .bind_bytes(4, one.value);
    while (same.step())
      if (insert(database, {same.integer(0), one.row.reason, one.row.since, {}})) ++count;
    same.rewind();
  }
  return count;
}

}  // namespace hashset

using hashset::Database;
using hashset::Statement;
using hashset::Transaction;

std::uint64_t HashSet::quarantine(std::span<const std::int64_t> hash_ids,
                                  const std::string& reason) {
  if (reason.empty())
    throw Error(ErrorCode::invalid_argument,
                state_->path.string() + ": a quarantine needs a reason, for those who review it");
  const auto lock = state_->locked();
  Database& database = state_->current();
  Transaction transaction(database);
  hashset::require_hashes(database, hash_ids);
  const std::string now = hashset::utc_now();
  std::uint64_t count = 0;
  for (const std::int64_t id : hash_ids)
    if (hashset::insert(database, {id, reason, now, {}})) ++count;
  if (count == 0) return 0;
  hashset::raise_generation(database);
  transaction.commit();
  return count;
}

std::uint64_t HashSet::release(std::span<const std::int64_t> hash_ids) {
  const auto lock = state_->locked();
  Database& database = state_->current();
  Transaction transaction(database);
  hashset::require_hashes(database, hash_ids);
  Statement remove(database, "DELETE FROM quarantine WHERE hash_id = ?");
  std::int64_t count = 0;
  for (const std::int64_t id : hash_ids) {
    remove.bind(1, id).run();
    count += database.changes();
  }
  if (count == 0) return 0;
  hashset::raise_generation(database);
  transaction.commit();
  return static_cast<std::uint64_t>(count);
}

std::vector<QuarantinedHash> HashSet::quarantined() const {
  const auto lock = state_->locked();
  Database& database = state_->current();
  const Transaction view(database, Transaction::Kind::read);
  Statement rows(database, std::string(hashset::kSelectQuarantine) + "ORDER BY hash_id");
  Statement item(database, std::string(hashset::kSelectItems) +
                               "WHERE items.id = (SELECT item_id FROM hashes WHERE id = ?)");
  std::vector<QuarantinedHash> all;
  while (rows.step()) {
    all.push_back(hashset::read_quarantined(rows, database.name()));
    if (!item.bind(1, all.back().hash_id).step())
      throw hashset::damaged_row(database.name(), "quarantine", all.back().hash_id,
                                 "refers to nothing");
    all.back().item = hashset::read_item(item, database.name());
    item.rewind();
  }
  return all;
}

}  // namespace ectype
