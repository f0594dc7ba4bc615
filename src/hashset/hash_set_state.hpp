#pragma once

#include "hashset/schema.hpp"
#include "hashset/sqlite.hpp"

#include "ectype/hash_set.hpp"
#include "ectype/multi_index.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace ectype::hashset {

/// The hashes of a set as `match` searches them: row i of the index is rows[i]. Immutable.
struct MatchTable {
  Meta meta;  ///< of the set that it was built from
  std::vector<HashRow> rows;
  MultiIndex<Hash256> index;
};

}  // namespace ectype::hashset

namespace ectype {

struct HashSet::State {
  State(std::filesystem::path file, bool only_read)
      : path(std::move(file)),
        read_only(only_read),
        database(hashset::open_checked(path, read_only)) {}

  /// To be called first, with `mutex` held: opens the file anew where it was replaced by another.
  hashset::Database& current() {
    if (!database.is_at(path)) {
      database = hashset::open_checked(path, read_only);
      table.reset();
    }
    return database;
  }

  const std::filesystem::path path;
  const bool read_only;
  std::mutex mutex;            // guards everything below
  hashset::Database database;  // ask current()
  std::shared_ptr<const hashset::MatchTable> table;
};

}  // namespace ectype
