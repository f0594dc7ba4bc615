#include "hashset/set_index.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace ectype::hashset {
namespace {

/// Rows that are read in one transaction: a long one would hold up whoever changes the set.
constexpr std::int64_t kRowsAtOnce = 1 << 16;

/// The hashes of one algorithm, ascending by id.
struct Rows {
  std::vector<Hash256> hashes;
  std::vector<std::int64_t> ids;
};

/// Appends those of at most `limit` rows with first < id <= last, and returns the last id it saw.
/// Rows of other algorithms are read too: one whose algorithm was altered would be missed.
std::int64_t read_rows(Database& database, const std::string& algorithm, std::int64_t first,
                       std::int64_t last, std::int64_t limit, Rows& rows) {
  Statement select(database,
                   std::string(kSelectHashes) + "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
  select.bind(1, first).bind(2, last).bind(3, limit);
  std::int64_t seen = first;
  while (select.step()) {
    const HashRow row = read_hash(select, database.name());
    seen = row.id;
    if (row.hash.recipe.algorithm != algorithm) continue;
    rows.hashes.push_back(row.hash.hash);
    rows.ids.push_back(row.id);
  }
  return seen;
}

/// The state of the set as the reading began, and every hash of that state that was not removed
/// before it was read. What was removed meanwhile is in the log.
struct Reading {
  Meta meta;
  Rows rows;
};

Reading read_all(Database& database, const std::string& algorithm) {
  Reading reading;
  std::int64_t last = 0;
  {
    const Transaction view(database, Transaction::Kind::read);
    reading.meta = read_meta(database);
    last = database.number("SELECT max(id) FROM hashes");
  }
  for (std::int64_t from = 0;;) {
    const Transaction view(database, Transaction::Kind::read);
    const std::int64_t seen = read_rows(database, algorithm, from, last, kRowsAtOnce, reading.rows);
    if (seen == from) return reading;
    from = seen;
  }
}

/// What a file was built from, as the set it has to belong to would say it.
Meta meta_of(const IndexStamp& stamp) {
  return {stamp.uuid, static_cast<std::int64_t>(stamp.generation), "", stamp.change};
}

bool leads_on_from(Database& database, const Meta& old, const Meta& meta) {
  return old.uuid == meta.uuid && log_has(database, old);
}

/// Null where there is none that can be used: the set itself has all that it holds.
std::shared_ptr<const MultiIndex<Hash256>> open_index(Database& database,
                                                      const std::filesystem::path& set,
                                                      const std::string& algorithm) {
  try {
    auto file = std::make_shared<const MultiIndex<Hash256>>(
        MultiIndex<Hash256>::open(index_path(set, algorithm)));
    const Transaction view(database, Transaction::Kind::read);
    if (file->stamp().algorithm == algorithm &&
        leads_on_from(database, meta_of(file->stamp()), read_meta(database)))
      return file;
  } catch (const Error& error) {
    // Of whatever else is wrong with the file, the set's own rows are free.
    if (error.code() == ErrorCode::storage) throw;
  }
  return nullptr;
}

}  // namespace

SetIndex::SetIndex(Database& database, const std::filesystem::path& set,
                   const std::string& algorithm, bool trust_file)
    : algorithm_(algorithm) {
  if (trust_file) file_ = open_index(database, set, algorithm);
  if (file_) {
    meta_ = meta_of(file_->stamp());
    index_ = SearchIndex<Hash256>(file_);
    return;
  }
  Reading reading = read_all(database, algorithm);
  meta_ = std::move(reading.meta);
  ids_ = std::move(reading.rows.ids);
  index_ = SearchIndex<Hash256>(MultiIndex<Hash256>(reading.rows.hashes));
}

bool SetIndex::update(Database& database, const Meta& meta) {
  if (meta_.uuid == meta.uuid && meta_.generation == meta.generation && meta_.change == meta.change)
    return true;
  if (!leads_on_from(database, meta_, meta)) return false;
  Meta next = meta;
  // If the second step throws, the first is done and finds nothing more to do the next time.
  add_since(database);
  remove_since(database, meta_.generation);
  meta_ = std::move(next);
  // Rows beside the base are searched one by one.
  if (index_.delta_size() > index_.size() / 4 && index_.delta_size() > 1 << 16) index_.compact();
  return true;
}

void SetIndex::add_since(Database& database) {
  const std::int64_t last = !ids_.empty()     ? ids_.back()
                            : file_rows() > 0 ? file_->id(file_rows() - 1)
                                              : 0;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  Rows added;
  read_rows(database, algorithm_, last, kMost, kMost, added);
  ids_.reserve(ids_.size() + added.ids.size());
  index_.add(added.hashes);
  ids_.insert(ids_.end(), added.ids.begin(), added.ids.end());
}

void SetIndex::remove_since(Database& database, std::int64_t generation) {
  Statement select(database,
                   "SELECT hash_id, EXISTS(SELECT 1 FROM hashes WHERE id = hash_id) FROM removed "
                   "WHERE generation > ?");
  select.bind(1, generation);
  std::vector<std::uint64_t> gone;
  while (select.step()) {
    // Believing it would lose a match.
    if (select.integer(1) != 0)
      throw damaged_row(database.name(), "hashes", select.integer(0),
                        "is there although it was removed");
    if (const auto row = row_of(select.integer(0))) gone.push_back(*row);
  }
  index_.remove(gone);
}

std::int64_t SetIndex::id(std::uint64_t row) const {
  return row < file_rows() ? file_->id(row) : ids_[row - file_rows()];
}

std::optional<std::uint64_t> SetIndex::row_of(std::int64_t wanted) const {
  std::uint64_t first = 0;
  std::uint64_t end = file_rows() + ids_.size();
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    if (id(middle) < wanted) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  if (first == file_rows() + ids_.size() || id(first) != wanted) return std::nullopt;
  return first;
}

std::filesystem::path index_path(const std::filesystem::path& set, const std::string& algorithm) {
  return set.string() + "." + algorithm + ".index";
}

std::vector<std::string> algorithms(Database& database) {
  Statement select(database, "SELECT DISTINCT algorithm FROM hashes ORDER BY algorithm");
  std::vector<std::string> all;
  while (select.step()) all.push_back(select.text(0));
  return all;
}

bool log_has(Database& database, const Meta& state) {
  Statement select(database, "SELECT 1 FROM changes WHERE generation = ? AND change = ?");
  return select.bind(1, state.generation).bind(2, state.change).step();
}

std::filesystem::path write_set_index(Database& database, const std::filesystem::path& set,
                                      const std::string& algorithm, unsigned threads) {
  const auto [meta, rows] = read_all(database, algorithm);
  const MultiIndex<Hash256> index(rows.hashes, {31, threads});
  std::filesystem::path path = index_path(set, algorithm);
  index.save(path, {meta.uuid, algorithm, static_cast<std::uint64_t>(meta.generation), meta.change},
             rows.ids);
  return path;
}

std::vector<SetIndexInfo> describe_indexes(Database& database, const std::filesystem::path& set,
                                           const Meta& meta) {
  std::vector<SetIndexInfo> all;
  for (const std::string& algorithm : algorithms(database)) {
    SetIndexInfo info;
    info.algorithm = algorithm;
    info.path = index_path(set, info.algorithm);
    std::error_code ignored;
    if (!std::filesystem::exists(info.path, ignored)) continue;
    try {
      const auto file = MultiIndex<Hash256>::open(info.path);
      info.rows = file.size();
      info.generation = file.stamp().generation;
      if (file.stamp().algorithm != info.algorithm ||
          !leads_on_from(database, meta_of(file.stamp()), meta))
        info.problem = "it is of another set, or of a copy of this one that went its own way";
    } catch (const Error& error) {
      info.problem = error.what();
    }
    all.push_back(std::move(info));
  }
  return all;
}

std::vector<std::string> verify_indexes(Database& database, const std::filesystem::path& set,
                                        const Meta& meta) {
  std::vector<std::string> problems;
  for (const SetIndexInfo& info : describe_indexes(database, set, meta)) {
    if (!info.problem.empty()) {
      problems.push_back(info.path.string() + ": is not used: " + info.problem);
      continue;
    }
    try {
      MultiIndex<Hash256>::open(info.path).verify();
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  }
  return problems;
}

}  // namespace ectype::hashset
