#include "hashset/schema.hpp"

#include "core/known_algorithms.hpp"
#include "hashset/checksum.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <random>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace ectype::hashset {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE meta(
  uuid TEXT NOT NULL, generation INTEGER NOT NULL, created TEXT NOT NULL,
  change INTEGER NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE changes(generation INTEGER PRIMARY KEY, change INTEGER NOT NULL);
CREATE TABLE removed(
  generation INTEGER NOT NULL, hash_id INTEGER NOT NULL, PRIMARY KEY(generation, hash_id))
  WITHOUT ROWID;
CREATE TABLE sources(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE items(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES sources(id),
  name BLOB NOT NULL,
  label TEXT NOT NULL,
  category TEXT NOT NULL,
  category_profile TEXT NOT NULL,
  notes TEXT NOT NULL,
  fingerprint INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  md5 BLOB,
  sha1 BLOB,
  sha256 BLOB);
CREATE INDEX items_by_name ON items(name);
CREATE INDEX items_by_fingerprint ON items(fingerprint);
CREATE INDEX items_by_md5 ON items(md5) WHERE md5 IS NOT NULL;
CREATE INDEX items_by_sha1 ON items(sha1) WHERE sha1 IS NOT NULL;
CREATE INDEX items_by_sha256 ON items(sha256) WHERE sha256 IS NOT NULL;
CREATE TABLE hashes(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  item_id INTEGER NOT NULL REFERENCES items(id),
  algorithm TEXT NOT NULL,
  metric TEXT NOT NULL,
  recipe TEXT NOT NULL,
  region TEXT NOT NULL,
  value BLOB NOT NULL,
  quality INTEGER,
  flags INTEGER NOT NULL,
  checksum INTEGER NOT NULL);
CREATE INDEX hashes_by_item ON hashes(item_id);
CREATE TABLE quarantine(
  hash_id INTEGER PRIMARY KEY REFERENCES hashes(id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  since TEXT NOT NULL,
  checksum INTEGER NOT NULL);
)sql";

void add_content(Checksum& sum, const StoredHash& hash) {
  const auto bytes = hash.hash.to_bytes();
  sum.add(hash.recipe.algorithm);
  sum.add(to_string(hash.hash.kind().metric));
  sum.add(hash.recipe.to_string());
  sum.add(to_string(hash.region));
  sum.add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  sum.add(hash.quality ? std::to_string(*hash.quality) : "-");
  sum.add(flags_of(hash));
}

void add_content(Checksum& sum, const Item& item) {
  for (const std::string* text :
       {&item.name, &item.label, &item.category, &item.category_profile, &item.notes})
    sum.add(*text);
  const auto add_digest = [&](const auto& digest) {
    sum.add(digest ? std::string_view(reinterpret_cast<const char*>(digest->data()), digest->size())
                   : std::string_view("-"));
  };
  add_digest(item.digests.md5);
  add_digest(item.digests.sha1);
  add_digest(item.digests.sha256);
}

std::string random_uuid() {
  std::random_device device;
  std::array<std::uint8_t, 16> bytes;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(device());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // version 4: random
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text = to_hex(bytes);
  for (const std::size_t at : {20u, 16u, 12u, 8u}) text.insert(at, "-");
  return text;
}

std::int64_t random_number() {
  std::random_device device;
  return static_cast<std::int64_t>(std::uint64_t{device()} << 32 | device());
}

/// SQLite reads what is left of a cut file as if the rest had never been.
void require_whole_file(Database& database) {
  Transaction transaction(database, Transaction::Kind::read);
  // The first read rolls back what a crashed writer left.
  static_cast<void>(database.number("SELECT count(*) FROM sqlite_schema"));
  std::array<std::uint8_t, 32> header{};
  std::int64_t actual = 0;
  database.read_start(header, actual);
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | header[at + i];
    return value;
  };
  // A page size of 65536 is written as 1.
  const std::int64_t page_size = number(16, 2) == 1 ? 65536 : number(16, 2);
  const std::int64_t expected = page_size * number(28, 4);
  if (actual < expected)
    throw Error(ErrorCode::damaged,
                database.name() + ": the hash set is cut: " + std::to_string(actual) +
                    " bytes of " + std::to_string(expected) + "; restore it from a copy");
}

void log_change(Database& database, const Meta& meta) {
  Statement(database, "INSERT INTO changes VALUES(?, ?)")
      .bind(1, meta.generation)
      .bind(2, meta.change)
      .run();
}

/// The first step of a new set; what happens to the file after that is SQLite's to keep whole.
void initialise(Database& database) {
  Transaction transaction(database);
  database.execute(kSchema);
  const Meta meta{random_uuid(), 0, utc_now(), random_number()};
  Statement(database, "INSERT INTO meta VALUES(?, ?, ?, ?, ?)")
      .bind(1, std::string_view(meta.uuid))
      .bind(2, meta.generation)
      .bind(3, std::string_view(meta.created))
      .bind(4, meta.change)
      .bind(5, checksum(meta))
      .run();
  log_change(database, meta);
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.execute("PRAGMA user_version = " + std::to_string(kFormatVersion));
  transaction.commit();
}

void require_regular_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::status_known(status))
    throw Error(ErrorCode::unreadable,
                path.string() + ": the hash set cannot be opened: " + error.message());
  if (!std::filesystem::exists(status))
    throw Error(ErrorCode::not_found,
                path.string() + ": no such hash set; make one with `ectype set create`");
  // SQLite would wait for the writer of a FIFO.
  if (!std::filesystem::is_regular_file(status))
    throw Error(ErrorCode::unsupported, path.string() + ": is not a file, and so no hash set");
  // SQLite takes an empty file for an empty database.
  if (std::filesystem::file_size(path, error) == 0)
    throw Error(ErrorCode::unsupported, path.string() + ": is empty, and so no hash set");
}

}  // namespace

void create_file(const std::filesystem::path& path) {
  require_no_zero_byte(path.native());
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const ErrorCode code = errno == EEXIST ? ErrorCode::already_exists : ErrorCode::storage;
    throw Error(code, path.string() + ": cannot be created: " + std::strerror(errno));
  }
  ::close(descriptor);
  try {
    Database database = Database::open(path, false);
    initialise(database);
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
}

Database open_checked(const std::filesystem::path& path, bool read_only) {
  require_no_zero_byte(path.native());
  require_regular_file(path);
  Database database = Database::open(path, read_only);
  if (database.number("PRAGMA application_id") != kApplicationId)
    throw Error(ErrorCode::unsupported,
                path.string() + ": is not an ectype hash set, but some other SQLite database");
  const std::int64_t version = database.number("PRAGMA user_version");
  if (version != kFormatVersion)
    throw Error(ErrorCode::unsupported,
                path.string() + ": is a hash set of format " + std::to_string(version) +
                    ", and this version reads format " + std::to_string(kFormatVersion) + "; use " +
                    (version > kFormatVersion ? "a newer ectype" : "the ectype that made it"));
  require_whole_file(database);
  database.execute("PRAGMA foreign_keys = ON");
  if (!read_only) database.execute("PRAGMA synchronous = FULL");
  return database;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::int64_t flags_of(const StoredHash& hash) {
  return (hash.degenerate ? kDegenerate : 0) | (hash.damaged ? kDamaged : 0);
}

std::int64_t checksum(const Meta& meta) {
  Checksum sum;
  sum.add(meta.uuid);
  sum.add(meta.generation);
  sum.add(meta.created);
  sum.add(meta.change);
  return sum.value();
}

std::int64_t checksum(const HashRow& row) {
  Checksum sum;
  sum.add(row.id);
  sum.add(row.item_id);
  add_content(sum, row.hash);
  return sum.value();
}

std::int64_t checksum(const QuarantinedHash& row) {
  Checksum sum;
  sum.add(row.hash_id);
  sum.add(row.reason);
  sum.add(row.since);
  return sum.value();
}

std::int64_t checksum(const Item& item, std::int64_t source_id, std::int64_t fingerprint) {
  Checksum sum;
  sum.add(item.id);
  sum.add(source_id);
  sum.add(item.source);
  sum.add(fingerprint);
  add_content(sum, item);
  return sum.value();
}

std::int64_t fingerprint(const ItemWithHashes& entry) {
  Checksum sum;
  sum.add(entry.item.source);
  add_content(sum, entry.item);
  for (const StoredHash& hash : entry.hashes) add_content(sum, hash);
  return sum.value();
}

Error damaged_row(const std::string& file, const char* table, std::int64_t id,
                  const std::string& what) {
  return {ErrorCode::damaged, file + ": row " + std::to_string(id) + " of " + table + " " + what +
                                  "; restore the hash set from a copy"};
}

Meta read_meta(Database& database) {
  Statement row(database, "SELECT uuid, generation, created, change, checksum FROM meta");
  if (!row.step())
    throw Error(ErrorCode::damaged, database.name() +
                                        ": the hash set has lost its meta row; "
                                        "restore it from a copy");
  Meta meta{row.text(0), row.integer(1), row.text(2), row.integer(3)};
  if (row.integer(4) != checksum(meta))
    throw damaged_row(database.name(), "meta", 1, "does not fit its checksum");
  return meta;
}

std::int64_t raise_generation(Database& database) {
  Meta meta = read_meta(database);
  ++meta.generation;
  meta.change = random_number();
  Statement(database, "UPDATE meta SET generation = ?, change = ?, checksum = ?")
      .bind(1, meta.generation)
      .bind(2, meta.change)
      .bind(3, checksum(meta))
      .run();
  log_change(database, meta);
  return meta.generation;
}

namespace {

template <typename Read>
auto read_text(Read read, const std::string& text, const std::string& file) {
  try {
    return read(text);
  } catch (const Error& error) {
    throw Error(ErrorCode::damaged,
                file + ": " + error.what() + "; restore the hash set from a copy");
  }
}

/// NULL is no digest. False for a wrong length.
template <std::size_t Size>
bool read_digest(std::span<const std::uint8_t> bytes,
                 std::optional<std::array<std::uint8_t, Size>>& digest) {
  if (bytes.empty()) return true;
  if (bytes.size() != Size) return false;
  std::copy(bytes.begin(), bytes.end(), digest.emplace().begin());
  return true;
}

HashValue read_value(Metric metric, std::span<const std::uint8_t> bytes) {
  const bool counted = metric != Metric::keypoint_vote;
  return HashValue::from_bytes({metric, counted ? static_cast<std::uint32_t>(bytes.size()) : 0},
                               bytes);
}

}  // namespace

Recipe read_recipe(const std::string& text, const std::string& file) {
  return read_text(Recipe::parse, text, file);
}

Metric read_metric(const std::string& text, const std::string& file) {
  return read_text(parse_metric, text, file);
}

HashRow read_hash(const Statement& row, const std::string& file) {
  HashRow result{row.integer(0), row.integer(1), {}};
  StoredHash& hash = result.hash;
  const auto damaged = [&](const std::string& what) {
    return damaged_row(file, "hashes", result.id, what);
  };
  hash.recipe = read_recipe(row.text(2), file);
  try {
    hash.hash = read_value(parse_metric(row.text(9)), row.blob(4));
    hash.region = parse_region(row.text(3));
    require_kind_of(hash.recipe.algorithm, hash.hash.kind());
  } catch (const Error& error) {
    throw damaged(std::string("cannot be read: ") + error.what());
  }
  if (const auto quality = row.optional_integer(5)) hash.quality = static_cast<int>(*quality);
  hash.degenerate = (row.integer(6) & kDegenerate) != 0;
  hash.damaged = (row.integer(6) & kDamaged) != 0;
  if (row.text(8) != hash.recipe.algorithm || row.integer(7) != checksum(result))
    throw damaged("does not fit its checksum");
  return result;
}

Item read_item(const Statement& row, const std::string& file) {
  Item item{row.integer(0), row.text(2), row.text(3), row.text(8),
            row.text(4),    row.text(5), row.text(6), {}};
  const bool fit = read_digest(row.blob(10), item.digests.md5) &&
                   read_digest(row.blob(11), item.digests.sha1) &&
                   read_digest(row.blob(12), item.digests.sha256);
  if (!fit) throw damaged_row(file, "items", item.id, "has a digest of a wrong length");
  if (row.integer(7) != checksum(item, row.integer(1), row.integer(9)))
    throw damaged_row(file, "items", item.id, "does not fit its checksum");
  return item;
}

QuarantinedHash read_quarantined(const Statement& row, const std::string& file) {
  QuarantinedHash result{row.integer(0), row.text(1), row.text(2), {}};
  if (row.integer(3) != checksum(result))
    throw damaged_row(file, "quarantine", result.hash_id, "does not fit its checksum");
  return result;
}

}  // namespace ectype::hashset
