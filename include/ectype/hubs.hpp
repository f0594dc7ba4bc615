#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_set.hpp"
#include "ectype/quality.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ectype {

struct HubOptions {
  int radius = 31;               ///< Hamming distance, inclusive, 0 to 256
  std::uint64_t min_count = 20;  ///< other items that a hub matches at least; 1 or more
  int min_quality = Quality::kDefaultThreshold;  ///< of the hashes; an unknown quality passes
  std::string algorithm = "pdq";
  std::size_t max_items = 5;  ///< that are named of those which a hub matches
};

/// A hash that matches many items of its set.
struct Hub {
  /// A hash between three pictures that have as many copies each sees a third of the pairs match;
  /// this leaves room above it, and far-off copies of one picture stay above this.
  static constexpr int kBridgePercent = 40;

  std::vector<std::int64_t> hash_ids;  ///< the stored hashes that have this value, ascending
  Item item;                           ///< of the first of them
  std::uint64_t count = 0;             ///< other items with a hash within the radius
  int mutual_percent = 0;  ///< of the pairs of these items, how many match each other, 0 to 100
  std::size_t quarantined = 0;  ///< of `hash_ids`
  std::vector<Item> matched;    ///< the nearest of those items, by (distance, id)

  /// Between three pictures or more, rather than among copies of one.
  [[nodiscard]] bool is_bridge() const noexcept { return mutual_percent < kBridgePercent; }
};

struct HubReport {
  std::uint64_t hashes = 0;  ///< that were looked at: those of the algorithm that can be matched
  std::vector<Hub> hubs;     ///< by (count, greatest first; hash id)
};

/// The hashes of a set that match at least `min_count` other items of it.
///
/// What is expected is that a picture matches its copies, and that a set holds few of them;
/// unrelated pictures lie about 128 bits apart. The bound is a number that a person sets, not one
/// drawn from the set's own counts: where flat or uniform pictures are many, they would make the
/// average, and hide behind it. Copies are many in some sets, too, and so `mutual_percent` stands
/// beside the count: copies of one picture mostly match each other, while a hash that lies between
/// pictures which do not (a bridge) is what floods a reviewer. Both are signs, not proof: far-off
/// copies of one picture may be further from each other than from it.
///
/// Bits that carry no content need no rule of their own: hashes known to be degenerate or of low
/// quality are not matched by default and not looked at here. Hashes in quarantine are looked at
/// like all others. Mirrored and turned copies are not looked for.
///
/// An item counts once, whatever its number of hashes; equal hashes are one hub. `mutual_percent`
/// is rounded down and, of more than 256 matched items, that of 256 evenly chosen by id, each with
/// its hash nearest to the hub. The result depends on the content of the set alone. Takes about 300
/// bytes a hash beside the report, and the time of a `self_join`; of a family of copies that is
/// larger than `min_count` every one is a hub, which takes the square of its size. Reads the set as
/// it was when the call began, on a connection of its own, and leaves out what is removed before it
/// ends. Thread-safe.
///
/// Throws `Error` (invalid_argument) for options outside their ranges and for an algorithm of whose
/// 256-bit hashes the set has none, and as `HashSet` does.
[[nodiscard]] ECTYPE_API HubReport find_hubs(const HashSet& set, const HubOptions& options = {});

}  // namespace ectype
