#pragma once

#include "ectype/compare.hpp"
#include "ectype/export.hpp"
#include "ectype/hubs.hpp"
#include "ectype/picture_clusters.hpp"
#include "ectype/scan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

// Text forms of results: one record a file, whatever became of it. JSON records are one line of
// UTF-8; where a name is not UTF-8, "path_base64" (or "item_base64") holds its bytes. CSV is RFC
// 4180, guarded against spreadsheet formulas: where "path_base64" is not empty it holds the name,
// else "path" is the name.

/// What the rows of hashed files hold.
struct HashRowForm {
  std::vector<std::string> algorithms{"pdq"};  ///< that were asked for
  bool dihedral = false;                       ///< also the hashes of the eight transforms
};

/// path, outcome, reason, format, width, height, orientation, frames, and of one algorithm recipe,
/// hash, quality, and with `dihedral` an object of the eight hashes; null where there is none. Of
/// several algorithms an object `hashes` holds those by name.
[[nodiscard]] ECTYPE_API std::string hash_row_json(const FileResult& result,
                                                   const HashRowForm& form);
/// The same as columns; those of several algorithms are called "phash_recipe", "phash_hash", ...
[[nodiscard]] ECTYPE_API std::string hash_header_csv(const HashRowForm& form);
[[nodiscard]] ECTYPE_API std::string hash_row_csv(const FileResult& result,
                                                  const HashRowForm& form);
/// The first hash alone, or a comment with path and outcome where there is none.
[[nodiscard]] ECTYPE_API std::string hash_row_hex(const FileResult& result);

/// path, "members" of what lies in an archive, outcome, reason, size, modified (UTC), md5, sha1,
/// sha256 (null where they were not asked for or the file could not be read), "changed" where the
/// file did so meanwhile, format, width, height, recipe, quality (of the picture, null where there
/// is none), matches: item, label, source, "exact" where the bytes are the same, distance,
/// transform, recipe, quality, hash_id, and "quarantined" where the hash is in quarantine.
[[nodiscard]] ECTYPE_API std::string scan_row_json(const FileResult& result);
/// One record a file: the best match in columns, all of them as JSON in the last one.
[[nodiscard]] ECTYPE_API std::string scan_header_csv();
[[nodiscard]] ECTYPE_API std::string scan_row_csv(const FileResult& result);
/// For people: fixed columns, one line a match.
[[nodiscard]] ECTYPE_API std::string scan_header_table();
[[nodiscard]] ECTYPE_API std::string scan_row_table(const FileResult& result);

/// A picture of a file or of a set among the copies of the same picture.
struct ClusterRow {
  std::string name;  ///< path, or name in the set, as bytes
  Outcome outcome = Outcome::hashed;
  std::string reason;
  std::optional<ClusterPlace> place;  ///< none where the picture cannot be matched
  std::string representative;         ///< name of the picture that stands for the cluster
};
/// path, outcome, reason, cluster, size, representative, distance, transform; null where there is
/// no place.
[[nodiscard]] ECTYPE_API std::string cluster_row_json(const ClusterRow& row);
[[nodiscard]] ECTYPE_API std::string cluster_header_csv();
[[nodiscard]] ECTYPE_API std::string cluster_row_csv(const ClusterRow& row);

/// hash_ids, item, count, mutual_percent, bridge, quarantined (how many of hash_ids), matched: the
/// nearest items. Never a hash.
[[nodiscard]] ECTYPE_API std::string hub_row_json(const Hub& hub);
/// The same; hash_ids with a blank between them, `matched` as JSON.
[[nodiscard]] ECTYPE_API std::string hub_header_csv();
[[nodiscard]] ECTYPE_API std::string hub_row_csv(const Hub& hub);
/// For people: one line a hub. Of equal hashes the first id and how many more there are.
[[nodiscard]] ECTYPE_API std::string hub_header_table();
[[nodiscard]] ECTYPE_API std::string hub_row_table(const Hub& hub);

/// a, b, distance, transform, recipe, quality_a, quality_b, verdict.
[[nodiscard]] ECTYPE_API std::string comparison_json(std::string_view a, std::string_view b,
                                                     const Comparison& comparison);
[[nodiscard]] ECTYPE_API std::string comparison_json(std::string_view a, std::string_view b,
                                                     const LevelComparison& comparison);

}  // namespace ectype
