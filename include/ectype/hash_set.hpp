#pragma once

#include "ectype/export.hpp"
#include "ectype/file_digests.hpp"
#include "ectype/hash_value.hpp"
#include "ectype/keypoint_match.hpp"
#include "ectype/level.hpp"
#include "ectype/quality.hpp"
#include "ectype/recipe.hpp"
#include "ectype/signature.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ectype {

/// A known picture. `name` is the path or name it was added under, as bytes (not always UTF-8).
struct Item {
  std::int64_t id = 0;  ///< in its set; 0 for one that is still to be added
  std::string name;
  std::string label;
  std::string source;  ///< where it came from: a list, a case, an organisation
  std::string category, category_profile, notes;  ///< kept as given, never interpreted
  FileDigests digests = {};                       ///< of its file, as far as they are known

  friend bool operator==(const Item&, const Item&) = default;
};

/// A hash of a known picture.
struct StoredHash {
  Recipe recipe;
  Region region = Region::whole;
  HashValue hash;
  std::optional<int> quality;  ///< 0 to 100; empty where unknown (imported)
  bool degenerate = false;
  bool damaged = false;  ///< from a damaged file

  /// As `Quality::trusted`; an unknown quality passes.
  [[nodiscard]] bool trusted(int threshold = Quality::kDefaultThreshold) const noexcept {
    return !degenerate && quality.value_or(100) >= threshold;
  }
  friend bool operator==(const StoredHash&, const StoredHash&) = default;
};

struct ItemWithHashes {
  Item item;
  std::vector<StoredHash> hashes;

  friend bool operator==(const ItemWithHashes&, const ItemWithHashes&) = default;
};

/// Selects the items that have all that is asked for.
struct ItemFilter {
  std::optional<std::string> name;
  std::optional<std::string> label;
  std::optional<std::string> source;
};

/// What `add` did with each item given.
struct AddCounts {
  std::uint64_t added = 0;
  std::uint64_t already_present = 0;  ///< an equal item (all fields, all hashes) is there
  std::uint64_t quarantined = 0;      ///< by `merge`: hashes that came into quarantine
};

/// A hash that is kept, and not matched by default.
struct QuarantinedHash {
  std::int64_t hash_id = 0;  ///< in its set
  std::string reason;
  std::string since;  ///< UTC, ISO 8601
  Item item;          ///< that the hash is of
};

struct RecipeCount {
  Recipe recipe;
  std::uint64_t hashes = 0;
  std::uint64_t low_quality = 0;  ///< under 50: never matched at `Level::strict`
};

/// How many items of a set hold what a level stores. Of flat pictures, which have few keypoints,
/// none is counted as `thorough`.
struct LevelCount {
  Level level = Level::strict;
  std::uint64_t items = 0;
};

/// An index file beside a set.
struct SetIndexInfo {
  std::filesystem::path path;
  std::string algorithm;
  std::uint64_t rows = 0;
  std::uint64_t generation = 0;  ///< of the set when it was written; changes since are added to it
  std::string problem;           ///< why it is not used; empty where it is
};

/// Which state of which set: equal for the same rows, and told without reading them.
struct HashSetIdentity {
  std::string uuid;
  std::uint64_t generation = 0;
  std::int64_t change = 0;  ///< random, of that generation: tells copies apart that changed apart

  friend bool operator==(const HashSetIdentity&, const HashSetIdentity&) = default;
};

struct HashSetInfo {
  std::string uuid;
  std::uint64_t generation = 0;  ///< every change increments it
  std::string created;           ///< UTC, ISO 8601
  int format_version = 0;
  std::uint64_t items = 0;
  std::uint64_t hashes = 0;
  std::uint64_t quarantined = 0;   ///< of the hashes
  std::uint64_t with_digests = 0;  ///< of the items
  std::vector<std::string> sources;
  std::vector<RecipeCount> recipes;
  std::vector<LevelCount> levels;  ///< each level once
  std::vector<SetIndexInfo> indexes;
};

/// At `Level::strict`, a stored hash within the radius of a hash of the query is a match, whatever
/// the algorithm. At the other levels, the evidence of PDQ, GradientGrid and keypoints together, as
/// far as query and set have them, decides by how many false matches it allows.
struct MatchOptions {
  /// Distance, inclusive, of every hash; by default that of its algorithm. For `strict` alone.
  std::optional<int> radius;
  /// Also under the seven other transforms of the query; may be false at `strict` alone.
  bool dihedral = true;
  /// Of query and of stored hash, 0 to 100; an unknown quality passes. By default 50 at `strict`,
  /// and 25 above it, where no hash decides alone.
  std::optional<int> min_quality = std::nullopt;
  bool include_quarantined = false;  ///< also hashes in quarantine: adds matches, and alters none
  Level level = Level::strict;
  /// False matches to expect among a million comparisons of unrelated pictures, 0.001 to 100. For
  /// the levels above `strict`.
  double false_matches_per_million = 1;

  /// What `min_quality` is, or what it is by default.
  [[nodiscard]] int quality_needed() const noexcept {
    return min_quality.value_or(level == Level::strict ? Quality::kDefaultThreshold
                                                       : Quality::kSharedThreshold);
  }
};

/// What speaks for a match: a hash of the query that is near a stored one.
struct MatchEvidence {
  int distance = 0;                           ///< -1 for keypoints, which have none
  Transform transform = Transform::original;  ///< of the query; of keypoints the nearest
  bool inverted = false;                      ///< of the query: light and dark exchanged
  Region query_region = Region::whole;
  Region region = Region::whole;
  Recipe recipe;        ///< of the stored hash
  Recipe query_recipe;  ///< of the query's hash
  int tolerance = 0;    ///< distance that the two recipes alone may explain: `recipe_tolerance`
  std::optional<int> quality;  ///< of the stored hash
  int least_quality = 100;     ///< of the query's hash and the stored one; unknown is 100
  bool damaged = false;        ///< query or stored hash come from a damaged file
  std::int64_t hash_id = 0;    ///< of the stored hash in its set
  bool quarantined = false;    ///< the stored hash is; above `strict`, any hash of its item
  std::optional<KeypointMatch> keypoints;  ///< which parts of the pictures agree
};

/// A known picture that a query matched, with the evidence that says most.
struct Match : MatchEvidence {
  Item item;
  /// Of further algorithms, in order of their names; none at `Level::strict`.
  std::vector<MatchEvidence> further;
  /// False matches to expect for such a query from as many unrelated pictures as the set holds, at
  /// evidence as strong as this, at least a billionth of them; empty for algorithms whose unrelated
  /// distances were not measured.
  std::optional<double> false_matches;
  /// The query's file is the item's, byte for byte, by this digest (`same_bytes`). Where no
  /// evidence of pictures beside it made the match, `distance` is -1 and there is no recipe.
  std::optional<DigestKind> exact;
  /// The thumbnail that the file carries made the match, and its picture did not (of scans).
  bool of_thumbnail = false;

  /// Whether evidence of pictures made it a match, be it exact or not.
  [[nodiscard]] bool of_pictures() const noexcept { return distance >= 0 || keypoints; }
};

/// A set of known pictures in one SQLite file; the schema is documented in
/// src/hashset/schema.hpp. Changes are transactions: all of a call or nothing. The file is created
/// 0600, since hashes leak image content.
///
/// Closing any other descriptor of the file in the same process would drop SQLite's locks on it;
/// ectype itself refuses to open as a picture, or to replace, a set that is open.
///
/// All members are thread-safe. `match` searches the index files that `save_index` wrote beside the
/// set, or an index in memory that it builds on first use by reading every row; changes of the set,
/// by whichever process, are seen by the next call. The set is what counts: an index file that is
/// damaged or of another set is left aside. A file that another was put in the place of by rename
/// is opened anew; one that is open must not be overwritten in place, which SQLite need not notice.
/// A set opened before a fork is refused in the new process (invalid_argument), as SQLite must be
/// (https://www.sqlite.org/howtocorrupt.html), and so is opening its file there: fork first and open
/// it then.
/// Errors: `Error` with unsupported (a foreign or newer file), damaged, storage, not_found,
/// already_exists.
class ECTYPE_API HashSet {
 public:
  /// Throws `Error` (already_exists) rather than replace a file.
  [[nodiscard]] static HashSet create(const std::filesystem::path& path);
  /// Read-only where `read_only`, or where the system allows no more.
  [[nodiscard]] static HashSet open(const std::filesystem::path& path, bool read_only = false);
  HashSet(HashSet&&) noexcept;
  HashSet& operator=(HashSet&&) noexcept;
  ~HashSet();

  [[nodiscard]] HashSetInfo info() const;
  [[nodiscard]] HashSetIdentity identity() const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept;

  /// Adds all items or, if it throws, none. Refuses (invalid_argument) an item that has neither a
  /// hash nor a digest, a quality outside 0 to 100, and a recipe that its own text does not give
  /// back.
  AddCounts add(std::span<const ItemWithHashes> items);
  /// Removes the items that the filter selects; returns how many. Throws `Error`
  /// (invalid_argument) for a filter that asks for nothing.
  std::uint64_t remove(const ItemFilter& filter);
  /// Adds the items of another set. A hash that either set holds in quarantine is in quarantine
  /// afterwards, with the reason given first in this set, else in the other.
  AddCounts merge(const HashSet& other);

  /// Puts hashes in quarantine: kept, and not matched by default. One that is there already keeps
  /// its reason and date. Returns how many were not. Throws `Error` (not_found) for a number that
  /// no hash has, (invalid_argument) for an empty reason, and then changes nothing.
  std::uint64_t quarantine(std::span<const std::int64_t> hash_ids, const std::string& reason);
  /// Takes hashes out of quarantine; returns how many were there. Throws `Error` (not_found) for a
  /// number that no hash has, and then changes nothing.
  std::uint64_t release(std::span<const std::int64_t> hash_ids);
  /// What is in quarantine, in order of hash id.
  [[nodiscard]] std::vector<QuarantinedHash> quarantined() const;

  /// Visits every item in order of id, as the set was when the call began; `visit` may use the set,
  /// but not change it. Checks the checksum of every row it reads.
  void for_each(const std::function<void(const ItemWithHashes&)>& visit) const;
  /// Reads the whole file and returns what is wrong with it; empty where nothing is.
  [[nodiscard]] std::vector<std::string> verify() const;

  /// Writes the index files of the set, one for each algorithm, to `<set>.<algorithm>.index`
  /// (0600), each whole or not at all. The set may be used and changed meanwhile, and later changes
  /// are searched beside the files: write them again when there are many. Returns what it wrote.
  /// `threads`: 0 for one a core.
  std::vector<std::filesystem::path> save_index(unsigned threads = 1) const;

  /// Each known picture that matches once, with its best evidence; at `Level::strict` ordered by
  /// (distance, id), else from the strongest evidence on. A hash of low quality matches nothing.
  /// Throws `Error` (invalid_argument) for options out of their ranges.
  [[nodiscard]] std::vector<Match> match(const Signature& query,
                                         const MatchOptions& options = {}) const;
  /// The same for many queries at once, which is faster a query.
  [[nodiscard]] std::vector<std::vector<Match>> match(std::span<const Signature> queries,
                                                      const MatchOptions& options = {}) const;

  /// The items whose file has these digests (`Match::exact`), in order of id; none for no digests.
  /// Of the options only `include_quarantined` counts: an item of which any hash is in quarantine
  /// is no match without it.
  [[nodiscard]] std::vector<Match> match_exact(const FileDigests& digests,
                                               const MatchOptions& options = {}) const;

  struct State;

 private:
  explicit HashSet(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The entry of a set for a signed picture.
[[nodiscard]] ECTYPE_API ItemWithHashes make_item(Item item, const Signature& signature);

}  // namespace ectype
