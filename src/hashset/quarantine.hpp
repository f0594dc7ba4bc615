#pragma once

#include "hashset/schema.hpp"
#include "hashset/sqlite.hpp"

#include "ectype/hash_set.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_set>
#include <vector>

namespace ectype::hashset {

/// The hashes in quarantine, within the caller's transaction. Throws Error (damaged) for a row that
/// does not fit its checksum: it would hide a match or flood with them.
std::unordered_set<std::int64_t> read_quarantined_ids(Database& database);

/// A quarantine as another set knows the hash: ids differ from set to set.
struct CarriedQuarantine {
  QuarantinedHash row;
  std::int64_t item_fingerprint = 0;
  std::string recipe, region, value;
};

std::vector<CarriedQuarantine> read_carried(Database& database);
/// Puts the same hashes of the same items in quarantine, within the caller's transaction; returns
/// how many were not.
std::uint64_t carry(Database& database, const std::vector<CarriedQuarantine>& carried);

/// What is in quarantine, read anew when the set has changed.
class QuarantineCache {
 public:
  /// Within a transaction of the caller's, in the state `meta`.
  [[nodiscard]] const std::unordered_set<std::int64_t>& ids(Database& database, const Meta& meta) {
    if (!is_read_ || meta_ != meta) {
      is_read_ = false;
      ids_ = read_quarantined_ids(database);
      meta_ = meta;
      is_read_ = true;
    }
    return ids_;
  }

 private:
  bool is_read_ = false;
  Meta meta_;
  std::unordered_set<std::int64_t> ids_;
};

}  // namespace ectype::hashset
