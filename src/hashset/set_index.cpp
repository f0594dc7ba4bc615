#include "hashset/set_index.hpp"

#include "hashset/set_index_files.hpp"

#include <algorithm>
#include <utility>

namespace ectype::hashset {

SetIndex::SetIndex(IndexKey key, Meta meta, std::int64_t seen, std::unique_ptr<SetRows> rows,
                   std::vector<std::int64_t> ids)
    : key_(std::move(key)),
      meta_(std::move(meta)),
      seen_(seen),
      rows_(std::move(rows)),
      ids_(std::move(ids)) {}

SetIndex::Map SetIndex::load(Database& database, const std::filesystem::path& set,
                             const std::set<IndexKey>& keys, const std::set<IndexKey>& distrusted) {
  Map loaded;
  Rows missing;
  for (const IndexKey& key : keys) {
    auto rows = distrusted.contains(key) ? nullptr : open_rows(database, set, key);
    if (rows) {
      const std::int64_t seen = rows->file_end_id();
      Meta meta = meta_of(*rows->stamp());
      loaded[key] = Ptr(new SetIndex(key, std::move(meta), seen, std::move(rows), {}));
    } else {
      missing[key];
    }
  }
  if (missing.empty()) return loaded;
  const Reading reading = read_all(database, missing);
  for (auto& [key, read] : missing) {
    auto rows = SetRows::create(key.kind);
    rows->add(read.hashes);
    read.hashes = {};
    loaded[key] =
        Ptr(new SetIndex(key, reading.meta, reading.last, std::move(rows), std::move(read.ids)));
  }
  return loaded;
}

void SetIndex::read_on(Database& database, const Map& indexes) {
  std::int64_t from = kAnyNumber;
  for (const auto& [key, index] : indexes) from = std::min(from, index->seen_);
  while (!indexes.empty()) {
    Rows rows;
    for (const auto& [key, index] : indexes) rows[key];
    const Transaction view(database, Transaction::Kind::read);
    const std::int64_t seen = read_rows(database, from, kAnyNumber, kRowsAtOnce, rows);
    for (const auto& [key, index] : indexes) index->append(rows[key], seen);
    if (seen == from) return;
    from = seen;
  }
}

bool SetIndex::update(Database& database, const Meta& meta) {
  if (meta_.uuid == meta.uuid && meta_.generation == meta.generation && meta_.change == meta.change)
    return true;
  if (!leads_on_from(database, meta_, meta)) return false;
  Meta next = meta;
  // If the second step throws, the first is done and finds nothing more to do the next time.
  Rows added{{key_, {}}};
  const std::int64_t seen = read_rows(database, seen_, kAnyNumber, kAnyNumber, added);
  append(added[key_], seen);
  remove_since(database, meta_.generation);
  meta_ = std::move(next);
  return true;
}

void SetIndex::append(const KeyRows& rows, std::int64_t seen) {
  const auto first = std::upper_bound(rows.ids.begin(), rows.ids.end(), seen_);
  ids_.reserve(ids_.size() + static_cast<std::size_t>(rows.ids.end() - first));
  rows_->add(std::span(rows.hashes).subspan(static_cast<std::size_t>(first - rows.ids.begin())));
  ids_.insert(ids_.end(), first, rows.ids.end());
  seen_ = std::max(seen_, seen);
}

void SetIndex::remove_since(Database& database, std::int64_t generation) {
  Statement select(database,
                   "SELECT DISTINCT hash_id, EXISTS(SELECT 1 FROM hashes WHERE id = hash_id) "
                   "FROM removed WHERE generation > ?");
  select.bind(1, generation);
  std::vector<std::uint64_t> gone;
  while (select.step()) {
    // Believing it would lose a match.
    if (select.integer(1) != 0)
      throw damaged_row(database.name(), "hashes", select.integer(0),
                        "is there although it was removed");
    const auto row = row_of(select.integer(0));
    if (row && !removed_.contains(*row)) gone.push_back(*row);
  }
  rows_->remove(gone);
  removed_.insert(gone.begin(), gone.end());
}

std::int64_t SetIndex::id(std::uint64_t row) const {
  const std::uint64_t file_rows = rows_->file_rows();
  return row < file_rows ? rows_->file_id(row) : ids_[row - file_rows];
}

std::optional<std::uint64_t> SetIndex::row_of(std::int64_t wanted) const {
  const std::uint64_t count = rows_->file_rows() + ids_.size();
  std::uint64_t first = 0;
  std::uint64_t end = count;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    if (id(middle) < wanted) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  if (first == count || id(first) != wanted) return std::nullopt;
  return first;
}

}  // namespace ectype::hashset
