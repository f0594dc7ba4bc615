#pragma once

#include "hashset/sqlite.hpp"

#include "ectype/hash_set.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

// The file format of a hash set: a SQLite 3 database.
//
//   PRAGMA application_id = 0x45435459 ("ECTY"), PRAGMA user_version = 4 (the format version)
//
//   meta(uuid TEXT, generation INTEGER, created TEXT, change INTEGER, checksum INTEGER)
//       one row; every change raises generation and draws `change` at random, so that a copy which
//       was restored and changed again is told from the set that it was a copy of
//   changes(generation, change)                            all that the set ever had
//   removed(generation, hash_id)                           by which change; such an id is not in
//   use
//       The log by which an index of an earlier generation is brought up to date: hashes with
//       higher ids were added since.
//   sources(id, name TEXT UNIQUE)                          where items came from; "" is allowed
//   items(id, source_id, name BLOB, label TEXT, category TEXT, category_profile TEXT, notes TEXT,
//         fingerprint INTEGER, checksum INTEGER, md5 BLOB NULL, sha1 BLOB NULL, sha256 BLOB NULL)
//       name: the path or name as bytes. Ids are never used again (AUTOINCREMENT).
//       fingerprint: over all that makes two items equal (every field and hash, no id), so that an
//       item that is there already is found at once, however many share its name or its hash.
//       md5, sha1, sha256: of the item's file, where they are known. An item may have digests and
//       no hashes.
//   hashes(id, item_id, algorithm TEXT, metric TEXT, recipe TEXT, region TEXT, value BLOB,
//          quality INTEGER NULL, flags INTEGER, checksum INTEGER)
//       value: the bytes in the order of the hexadecimal text; metric: how they are compared
//       ("hamming", "squared_l2", "keypoint_vote"). quality NULL: unknown.
//       flags: 1 degenerate, 2 from a damaged file.
//   quarantine(hash_id, reason TEXT, since TEXT, checksum INTEGER)
//       hashes that are kept, and not matched by default. since: UTC, ISO 8601. Rows go with their
//       hashes. No part of an item's fingerprint: an item is the same, whatever a reviewer made of
//       its hashes.
//
// checksum: the low 64 bits of XXH3-128 over all other columns of the row, each as its length (8
// bytes, little-endian) and its bytes, integers in decimal, NULL as "-", that of an item also over
// the name of its source; SQLite itself does not notice a flipped byte in a value.
namespace ectype::hashset {

inline constexpr std::int64_t kApplicationId = 0x45435459;
inline constexpr std::int64_t kFormatVersion = 4;

inline constexpr std::int64_t kDegenerate = 1;
inline constexpr std::int64_t kDamaged = 2;

/// Creates the file 0600 with an empty set in it. Throws Error (already_exists).
void create_file(const std::filesystem::path& path);
/// Opens and checks what the file says it is.
Database open_checked(const std::filesystem::path& path, bool read_only);

/// The row of `meta`.
struct Meta {
  std::string uuid;
  std::int64_t generation = 0;
  std::string created;      ///< UTC, ISO 8601
  std::int64_t change = 0;  ///< of its generation, random

  friend bool operator==(const Meta&, const Meta&) = default;
};

/// A row of `hashes` as stored.
struct HashRow {
  std::int64_t id = 0;
  std::int64_t item_id = 0;
  StoredHash hash;
};

std::int64_t flags_of(const StoredHash& hash);
std::int64_t checksum(const Meta& meta);
std::int64_t checksum(const HashRow& row);
/// Over the columns of `quarantine`; the item is not looked at.
std::int64_t checksum(const QuarantinedHash& row);
/// `source_id` is the item's; the item's source is its name.
std::int64_t checksum(const Item& item, std::int64_t source_id, std::int64_t fingerprint);
std::int64_t fingerprint(const ItemWithHashes& entry);

/// Now, as it is stored: UTC, ISO 8601.
std::string utc_now();

/// SELECT lists that the functions below understand, to be followed by a WHERE or ORDER.
inline constexpr const char* kSelectHashes =
    "SELECT id, item_id, recipe, region, value, quality, flags, checksum, algorithm, "
    "metric FROM hashes ";
inline constexpr const char* kSelectItems =
    "SELECT items.id, source_id, items.name, label, category, category_profile, notes, checksum, "
    "sources.name, fingerprint, md5, sha1, sha256 FROM items LEFT JOIN sources ON sources.id = "
    "source_id ";

inline constexpr const char* kSelectQuarantine =
    "SELECT hash_id, reason, since, quarantine.checksum FROM quarantine ";

/// Within the caller's transaction; returns the new one.
std::int64_t raise_generation(Database& database);

Error damaged_row(const std::string& file, const char* table, std::int64_t id,
                  const std::string& what);
/// Read a row and verify its checksum; throw Error (damaged) that names the row.
Meta read_meta(Database& database);
Recipe read_recipe(const std::string& text, const std::string& file);
Metric read_metric(const std::string& text, const std::string& file);
HashRow read_hash(const Statement& row, const std::string& file);
Item read_item(const Statement& row, const std::string& file);
/// Without the item.
QuarantinedHash read_quarantined(const Statement& row, const std::string& file);

}  // namespace ectype::hashset
