#pragma once

#include "core/own_process.hpp"
#include "hashset/quarantine.hpp"
#include "hashset/schema.hpp"
#include "hashset/set_index.hpp"
#include "hashset/sqlite.hpp"

#include "ectype/hash_set.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace ectype {

struct HashSet::State {
  State(std::filesystem::path file, bool only_read)
      : path(std::move(file)),
        read_only(only_read),
        database(hashset::open_checked(path, read_only)) {}

  /// To be called first. Throws in a process that was forked since, before it waits for a thread
  /// that is not there.
  [[nodiscard]] std::unique_lock<std::mutex> locked() {
    require_this_process();
    return std::unique_lock(mutex);
  }
  void require_this_process() const {
    if (!owner.is_this())
      throw Error(ErrorCode::invalid_argument,
                  path.string() +
                      ": this hash set was opened before the process was forked, and cannot " +
                      "be used here; fork first and open it then, or start processes without fork");
  }

  /// With `mutex` held: opens the file anew where it was replaced by another.
  hashset::Database& current() {
    if (!database.is_at(path)) {
      database = hashset::open_checked(path, read_only);
      indexes.clear();
      distrusted.clear();
    }
    return database;
  }

  const OwnProcess owner;
  const std::filesystem::path path;
  const bool read_only;
  std::mutex mutex;            // guards everything below; ask locked()
  hashset::Database database;  // ask current()
  hashset::SetIndex::Map indexes;
  hashset::Meta shown;                     // the state that a search has seen last
  std::set<hashset::IndexKey> distrusted;  // whose index files were found wrong
  hashset::QuarantineCache quarantine;
};

}  // namespace ectype
