#pragma once

#include "hashset/schema.hpp"
#include "hashset/set_index.hpp"
#include "hashset/sqlite.hpp"

#include "ectype/hash_set.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

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
      indexes.clear();
    }
    return database;
  }

  const std::filesystem::path path;
  const bool read_only;
  std::mutex mutex;                                                   // guards everything below
  hashset::Database database;                                         // ask current()
  std::map<std::string, std::shared_ptr<hashset::SetIndex>> indexes;  // by algorithm
  bool trust_files = true;  // false: an index file was found damaged
};

}  // namespace ectype
