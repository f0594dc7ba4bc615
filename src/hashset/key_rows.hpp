#pragma once

#include "hashset/schema.hpp"
#include "hashset/sqlite.hpp"

#include "ectype/hash_value.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace ectype::hashset {

/// What hashes are searched together: those of one algorithm, and of one kind, since an algorithm
/// that ectype does not know may have several.
struct IndexKey {
  std::string algorithm;
  HashKind kind;

  friend auto operator<=>(const IndexKey&, const IndexKey&) = default;
};

/// The hashes of one key, ascending by id.
struct KeyRows {
  std::vector<HashValue> hashes;
  std::vector<std::int64_t> ids;
};
using Rows = std::map<IndexKey, KeyRows>;

/// Rows that are read in one transaction: a long one would hold up whoever changes the set.
inline constexpr std::int64_t kRowsAtOnce = 1 << 16;
inline constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();

/// Appends to the keys that `rows` has those of at most `limit` rows with first < id <= last, and
/// returns the last id it saw. Other rows are read too: one whose algorithm was altered would be
/// missed.
std::int64_t read_rows(Database& database, std::int64_t first, std::int64_t last,
                       std::int64_t limit, Rows& rows);

/// The state of the set as the reading began, and every hash of that state that was not removed
/// before it was read. What was removed meanwhile is in the log.
struct Reading {
  Meta meta;
  std::int64_t last = 0;  ///< id that the set had then
};
Reading read_all(Database& database, Rows& rows);

/// Of the hashes that the set holds, in order.
std::vector<IndexKey> keys_of(Database& database);

/// Whether the set's log says that it was once in this state.
bool log_has(Database& database, const Meta& state);
/// Whether a set in the state `meta` was once in the state `old`.
bool leads_on_from(Database& database, const Meta& old, const Meta& meta);

}  // namespace ectype::hashset
