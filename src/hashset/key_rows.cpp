#include "hashset/key_rows.hpp"

#include <utility>

namespace ectype::hashset {

std::int64_t read_rows(Database& database, std::int64_t first, std::int64_t last,
                       std::int64_t limit, Rows& rows) {
  Statement select(database,
                   std::string(kSelectHashes) + "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
  select.bind(1, first).bind(2, last).bind(3, limit);
  std::int64_t seen = first;
  while (select.step()) {
    HashRow row = read_hash(select, database.name());
    seen = row.id;
    const auto wanted = rows.find({row.hash.recipe.algorithm, row.hash.hash.kind()});
    if (wanted == rows.end()) continue;
    wanted->second.hashes.push_back(std::move(row.hash.hash));
    wanted->second.ids.push_back(row.id);
  }
  return seen;
}

Reading read_all(Database& database, Rows& rows) {
  Reading reading;
  {
    const Transaction view(database, Transaction::Kind::read);
    reading.meta = read_meta(database);
    reading.last = database.number("SELECT max(id) FROM hashes");
  }
  for (std::int64_t from = 0;;) {
    const Transaction view(database, Transaction::Kind::read);
    const std::int64_t seen = read_rows(database, from, reading.last, kRowsAtOnce, rows);
    if (seen == from) return reading;
    from = seen;
  }
}

std::vector<IndexKey> keys_of(Database& database) {
  Statement select(database,
                   "SELECT DISTINCT algorithm, metric, CASE metric WHEN 'keypoint_vote' THEN 0 "
                   "ELSE length(value) END AS bytes FROM hashes ORDER BY algorithm, metric, bytes");
  std::vector<IndexKey> all;
  while (select.step())
    all.push_back({select.text(0),
                   {read_metric(select.text(1), database.name()),
                    static_cast<std::uint32_t>(select.integer(2))}});
  return all;
}

bool log_has(Database& database, const Meta& state) {
  Statement select(database, "SELECT 1 FROM changes WHERE generation = ? AND change = ?");
  return select.bind(1, state.generation).bind(2, state.change).step();
}

bool leads_on_from(Database& database, const Meta& old, const Meta& meta) {
  return old.uuid == meta.uuid && log_has(database, old);
}

}  // namespace ectype::hashset
