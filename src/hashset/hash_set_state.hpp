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
  std::uint64_t generation = 0;
  std::vector<HashRow> rows;
  MultiIndex<Hash256> index;
};

}  // namespace ectype::hashset

namespace ectype {

struct HashSet::State {
  State(std::filesystem::path file, hashset::Database opened)
      : path(std::move(file)), database(std::move(opened)) {}

  std::filesystem::path path;
  std::mutex mutex;  // guards everything below
  hashset::Database database;
  std::shared_ptr<const hashset::MatchTable> table;
};

}  // namespace ectype
