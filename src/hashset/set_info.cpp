#include "hashset/hash_set_state.hpp"
#include "hashset/set_index_files.hpp"

#include "ectype/hash_set.hpp"

namespace ectype {
namespace {

using hashset::Database;
using hashset::Statement;
using hashset::Transaction;

/// What tells a level is the hash that the one before it does not store.
std::vector<LevelCount> levels_of(Database& database) {
  KeypointSignature most_of_standard;
  most_of_standard.keypoints.resize(kStandardKeypoints);
  Statement select(database,
                   "SELECT count(DISTINCT CASE WHEN algorithm = 'pdq' THEN item_id END), "
                   "count(DISTINCT CASE WHEN algorithm = 'gradient_grid' THEN item_id END), "
                   "count(DISTINCT CASE WHEN algorithm = 'keypoints' AND length(value) > ? "
                   "THEN item_id END) FROM hashes");
  select.bind(1, static_cast<std::int64_t>(most_of_standard.to_bytes().size()));
  std::vector<LevelCount> counts;
  if (!select.step()) return counts;
  int column = 0;
  for (const Level level : {Level::strict, Level::standard, Level::thorough})
    counts.push_back(
        {level, static_cast<std::uint64_t>(select.optional_integer(column++).value_or(0))});
  return counts;
}

}  // namespace

HashSetInfo HashSet::info() const {
  const auto lock = state_->locked();
  Database& database = state_->current();
  // One view for all the counts.
  const Transaction view(database, Transaction::Kind::read);
  const hashset::Meta meta = hashset::read_meta(database);
  HashSetInfo info;
  info.uuid = meta.uuid;
  info.generation = static_cast<std::uint64_t>(meta.generation);
  info.created = meta.created;
  info.format_version = static_cast<int>(database.number("PRAGMA user_version"));
  info.items = static_cast<std::uint64_t>(database.number("SELECT count(*) FROM items"));
  info.hashes = static_cast<std::uint64_t>(database.number("SELECT count(*) FROM hashes"));
  info.quarantined = static_cast<std::uint64_t>(database.number("SELECT count(*) FROM quarantine"));
  info.with_digests = static_cast<std::uint64_t>(
      database.number("SELECT count(*) FROM items WHERE md5 IS NOT NULL OR sha1 IS NOT NULL OR "
                      "sha256 IS NOT NULL"));
  Statement sources(database, "SELECT name FROM sources ORDER BY name");
  while (sources.step()) info.sources.push_back(sources.text(0));
  Statement recipes(database,
                    "SELECT recipe, count(*), sum(quality < ? OR flags & 1) FROM hashes "
                    "GROUP BY recipe ORDER BY recipe");
  recipes.bind(1, std::int64_t{Quality::kDefaultThreshold});
  while (recipes.step())
    info.recipes.push_back({hashset::read_recipe(recipes.text(0), database.name()),
                            static_cast<std::uint64_t>(recipes.integer(1)),
                            static_cast<std::uint64_t>(recipes.integer(2))});
  info.levels = levels_of(database);
  info.indexes = hashset::describe_indexes(database, state_->path, meta);
  return info;
}

HashSetIdentity HashSet::identity() const {
  const auto lock = state_->locked();
  const hashset::Meta meta = hashset::read_meta(state_->current());
  return {meta.uuid, static_cast<std::uint64_t>(meta.generation), meta.change};
}

}  // namespace ectype
