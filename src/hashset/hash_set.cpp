#include "ectype/hash_set.hpp"

#include "core/known_algorithms.hpp"
#include "hashset/hash_set_state.hpp"
#include "hashset/quarantine.hpp"
#include "hashset/set_index_files.hpp"

#include "ectype/row_text.hpp"

#include <algorithm>
#include <map>

namespace ectype {
namespace {

using hashset::Database;
using hashset::HashRow;
using hashset::Statement;
using hashset::Transaction;

std::vector<StoredHash> hashes_of(Database& database, std::int64_t item_id) {
  Statement select(database, std::string(hashset::kSelectHashes) + "WHERE item_id = ? ORDER BY id");
  select.bind(1, item_id);
  std::vector<StoredHash> hashes;
  while (select.step()) hashes.push_back(hashset::read_hash(select, database.name()).hash);
  return hashes;
}

/// Within the caller's transaction, in order of ids.
void visit_items(Database& database, const std::function<void(const ItemWithHashes&)>& visit) {
  Statement items(database, std::string(hashset::kSelectItems) + "ORDER BY items.id");
  Statement hashes(database, std::string(hashset::kSelectHashes) + "WHERE item_id = ? ORDER BY id");
  while (items.step()) {
    ItemWithHashes entry{hashset::read_item(items, database.name()), {}};
    hashes.bind(1, entry.item.id);
    while (hashes.step()) entry.hashes.push_back(hashset::read_hash(hashes, database.name()).hash);
    hashes.rewind();
    visit(entry);
  }
}

/// What is stored must be readable again.
void require_valid(const ItemWithHashes& entry) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::invalid_argument,
                "'" + one_line(entry.item.name) + "' cannot be added to a hash set: " + why);
  };
  if (entry.hashes.empty() && entry.item.digests.empty())
    refuse("it has neither a hash nor a digest");
  for (const StoredHash& hash : entry.hashes) {
    if (hash.quality && (*hash.quality < 0 || *hash.quality > 100))
      refuse("a quality is " + std::to_string(*hash.quality) + "; give 0 to 100");
    try {
      require_kind_of(hash.recipe.algorithm, hash.hash.kind());
    } catch (const Error& error) {
      refuse(error.what());
    }
    if (Recipe::parse(hash.recipe.to_string()) != hash.recipe)
      refuse("'" + hash.recipe.to_string() + "' is not the text of its recipe");
  }
}

/// Writes items within a transaction of the caller's.
class Adder {
 public:
  explicit Adder(Database& database)
      : database_(database),
        insert_item_(database, "INSERT INTO items VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)"),
        seal_item_(database, "UPDATE items SET checksum = ? WHERE id = ?"),
        insert_hash_(database, "INSERT INTO hashes VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, 0)"),
        seal_hash_(database, "UPDATE hashes SET checksum = ? WHERE id = ?"),
        same_fingerprint_(database, std::string(hashset::kSelectItems) + "WHERE fingerprint = ?") {}

  bool add(const ItemWithHashes& entry) {
    require_valid(entry);
    const std::int64_t fingerprint = hashset::fingerprint(entry);
    if (is_present(entry, fingerprint)) return false;
    const std::int64_t source = source_id(entry.item.source);
    Item item = entry.item;
    insert_item_.bind(1, source)
        .bind_bytes(2, item.name)
        .bind(3, std::string_view(item.label))
        .bind(4, std::string_view(item.category))
        .bind(5, std::string_view(item.category_profile))
        .bind(6, std::string_view(item.notes))
        .bind(7, fingerprint);
    bind_digest(8, item.digests.md5);
    bind_digest(9, item.digests.sha1);
    bind_digest(10, item.digests.sha256);
    insert_item_.run();
    item.id = database_.last_insert_id();
    seal_item_.bind(1, hashset::checksum(item, source, fingerprint)).bind(2, item.id).run();
    for (const StoredHash& hash : entry.hashes) insert(HashRow{0, item.id, hash});
    return true;
  }

 private:
  template <typename Digest>
  void bind_digest(int position, const Digest& digest) {
    if (digest) {
      insert_item_.bind(position, std::span<const std::uint8_t>(*digest));
    } else {
      insert_item_.bind(position, std::optional<std::int64_t>());
    }
  }

  std::int64_t source_id(const std::string& name) {
    const auto known = sources_.find(name);
    if (known != sources_.end()) return known->second;
    Statement(database_, "INSERT OR IGNORE INTO sources(name) VALUES(?)")
        .bind(1, std::string_view(name))
        .run();
    Statement select(database_, "SELECT id FROM sources WHERE name = ?");
    select.bind(1, std::string_view(name)).step();
    return sources_[name] = select.integer(0);
  }

  bool is_present(const ItemWithHashes& entry, std::int64_t fingerprint) {
    same_fingerprint_.bind(1, fingerprint);
    bool present = false;
    while (!present && same_fingerprint_.step()) {
      Item stored = hashset::read_item(same_fingerprint_, database_.name());
      const std::int64_t id = stored.id;
      stored.id = entry.item.id;
      present = stored == entry.item && hashes_of(database_, id) == entry.hashes;
    }
    same_fingerprint_.rewind();
    return present;
  }

  void insert(HashRow row) {
    const StoredHash& hash = row.hash;
    const auto bytes = hash.hash.to_bytes();
    insert_hash_.bind(1, row.item_id)
        .bind(2, std::string_view(hash.recipe.algorithm))
        .bind(3, to_string(hash.hash.kind().metric))
        .bind(4, std::string_view(hash.recipe.to_string()))
        .bind(5, to_string(hash.region))
        .bind(6, std::span<const std::uint8_t>(bytes))
        .bind(7, hash.quality ? std::optional<std::int64_t>(*hash.quality) : std::nullopt)
        .bind(8, hashset::flags_of(hash))
        .run();
    row.id = database_.last_insert_id();
    seal_hash_.bind(1, hashset::checksum(row)).bind(2, row.id).run();
  }

  Database& database_;
  Statement insert_item_, seal_item_, insert_hash_, seal_hash_, same_fingerprint_;
  std::map<std::string, std::int64_t> sources_;
};

AddCounts add_items(Database& database, std::span<const ItemWithHashes> items) {
  Adder adder(database);
  AddCounts counts;
  for (const ItemWithHashes& item : items) {
    if (adder.add(item)) {
      ++counts.added;
    } else {
      ++counts.already_present;
    }
  }
  return counts;
}

}  // namespace

HashSet::HashSet(std::unique_ptr<State> state) : state_(std::move(state)) {}
HashSet::HashSet(HashSet&&) noexcept = default;
HashSet& HashSet::operator=(HashSet&& other) noexcept {
  HashSet(std::move(other)).state_.swap(state_);
  return *this;
}
HashSet::~HashSet() {
  // What another thread was changing when the process was forked would not be whole.
  if (state_ && !state_->owner.is_this()) static_cast<void>(state_.release());
}

HashSet HashSet::create(const std::filesystem::path& path) {
  hashset::create_file(path);
  return open(path);
}

HashSet HashSet::open(const std::filesystem::path& path, bool read_only) {
  return HashSet(std::make_unique<State>(path, read_only));
}

const std::filesystem::path& HashSet::path() const noexcept { return state_->path; }

AddCounts HashSet::add(std::span<const ItemWithHashes> items) {
  const auto lock = state_->locked();
  Database& database = state_->current();
  Transaction transaction(database);
  const AddCounts counts = add_items(database, items);
  if (counts.added == 0) return counts;
  hashset::raise_generation(database);
  transaction.commit();
  return counts;
}

std::uint64_t HashSet::remove(const ItemFilter& filter) {
  if (!filter.name && !filter.label && !filter.source)
    throw Error(ErrorCode::invalid_argument,
                state_->path.string() + ": nothing to remove; give a name, a label or a source");
  // Of what is asked for alone, so that SQLite may look names up.
  std::string condition;
  const auto ask = [&](bool is_asked, const char* term) {
    if (is_asked) condition += (condition.empty() ? "" : " AND ") + std::string(term);
  };
  ask(filter.name.has_value(), "name = ?1");
  ask(filter.label.has_value(), "label = ?2");
  ask(filter.source.has_value(), "source_id = (SELECT id FROM sources WHERE name = ?3)");
  const auto run = [&](Statement& statement) {
    if (filter.name) statement.bind_bytes(1, *filter.name);
    if (filter.label) statement.bind(2, std::string_view(*filter.label));
    if (filter.source) statement.bind(3, std::string_view(*filter.source));
    statement.run();
  };
  const auto lock = state_->locked();
  Database& database = state_->current();
  Transaction transaction(database);
  const std::string of_items = "item_id IN (SELECT id FROM items WHERE " + condition + ")";
  const std::string generation = std::to_string(hashset::raise_generation(database));
  for (const std::string& step :
       {"INSERT INTO removed SELECT " + generation + ", id FROM hashes WHERE " + of_items,
        "DELETE FROM hashes WHERE " + of_items}) {
    Statement hashes(database, step);
    run(hashes);
  }
  Statement items(database, "DELETE FROM items WHERE " + condition);
  run(items);
  const auto removed = static_cast<std::uint64_t>(database.changes());
  if (removed == 0) return 0;
  database.execute("DELETE FROM sources WHERE id NOT IN (SELECT source_id FROM items)");
  transaction.commit();
  return removed;
}

AddCounts HashSet::merge(const HashSet& other) {
  state_->require_this_process();
  other.state_->require_this_process();
  std::vector<hashset::CarriedQuarantine> carried;
  std::vector<ItemWithHashes> items;
  {
    Database theirs = hashset::open_checked(other.path(), true);
    const Transaction view(theirs, Transaction::Kind::read);
    carried = hashset::read_carried(theirs);
    visit_items(theirs, [&](const ItemWithHashes& item) {
      items.push_back(item);
      items.back().item.id = 0;
    });
  }
  const auto lock = state_->locked();
  Database& database = state_->current();
  Transaction transaction(database);
  AddCounts counts = add_items(database, items);
  counts.quarantined = hashset::carry(database, carried);
  if (counts.added == 0 && counts.quarantined == 0) return counts;
  hashset::raise_generation(database);
  transaction.commit();
  return counts;
}

void HashSet::for_each(const std::function<void(const ItemWithHashes&)>& visit) const {
  state_->require_this_process();
  // A connection of its own: `visit` may take its time, or use this set itself.
  Database database = hashset::open_checked(state_->path, true);
  const Transaction view(database, Transaction::Kind::read);
  visit_items(database, visit);
}

std::vector<std::string> HashSet::verify() const {
  const auto lock = state_->locked();
  Database& database = state_->current();
  const Transaction view(database, Transaction::Kind::read);
  std::vector<std::string> problems;
  const auto note = [&](auto&& step) {
    try {
      step();
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  };
  note([&] {
    Statement check(database, "PRAGMA integrity_check");
    while (check.step())
      if (const std::string line = check.text(0); line != "ok") problems.push_back(line);
  });
  note([&] {
    Statement check(database, "PRAGMA foreign_key_check");
    while (check.step())
      problems.push_back("row " + std::to_string(check.integer(1)) + " of " + check.text(0) +
                         " refers to nothing");
  });
  note([&] {
    const hashset::Meta meta = hashset::read_meta(database);
    if (!hashset::log_has(database, meta))
      problems.emplace_back("the log of changes does not have the last one");
    for (std::string& problem : hashset::verify_indexes(database, state_->path, meta))
      problems.push_back(std::move(problem));
  });
  note([&] {
    Statement check(database,
                    "SELECT hash_id FROM removed WHERE hash_id IN (SELECT id FROM hashes)");
    while (check.step())
      problems.push_back("hash " + std::to_string(check.integer(0)) +
                         " is there although the log says that it was removed");
  });
  note([&] {
    Statement check(database, "SELECT hash_id FROM removed GROUP BY hash_id HAVING count(*) > 1");
    while (check.step())
      problems.push_back("the log says of hash " + std::to_string(check.integer(0)) +
                         " more than once that it was removed");
  });
  note([&] {
    Statement items(database, std::string(hashset::kSelectItems) + "ORDER BY items.id");
    while (items.step())
      note([&] {
        const Item item = hashset::read_item(items, database.name());
        if (items.integer(9) != hashset::fingerprint({item, hashes_of(database, item.id)}))
          throw hashset::damaged_row(database.name(), "items", item.id,
                                     "does not fit its fingerprint");
      });
  });
  note([&] {
    Statement hashes(database, std::string(hashset::kSelectHashes) + "ORDER BY id");
    while (hashes.step()) note([&] { hashset::read_hash(hashes, database.name()); });
  });
  note([&] {
    Statement rows(database, std::string(hashset::kSelectQuarantine) + "ORDER BY hash_id");
    while (rows.step()) note([&] { hashset::read_quarantined(rows, database.name()); });
  });
  return problems;
}

std::vector<std::filesystem::path> HashSet::save_index(unsigned threads) const {
  state_->require_this_process();
  // A connection of its own: reading every row takes a while.
  Database database = hashset::open_checked(state_->path, true);
  auto written = hashset::write_set_indexes(database, state_->path, threads);
  const auto lock = state_->locked();
  state_->indexes.clear();
  state_->distrusted.clear();
  return written;
}

}  // namespace ectype
