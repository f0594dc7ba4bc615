#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_set.hpp"
#include "ectype/signature.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ectype {

enum class Verdict {
  match,        ///< within the radius, both hashes can be trusted
  no_match,     ///< outside of the radius
  low_quality,  ///< a hash carries too little content to tell
};

/// "match", "no match", "low quality".
ECTYPE_API std::string_view to_string(Verdict verdict) noexcept;

struct Comparison {
  Verdict verdict = Verdict::no_match;
  int distance = 0;                           ///< the smallest over the transforms of `a`
  int max_distance = 0;                       ///< that two hashes of the algorithm can have
  Transform transform = Transform::original;  ///< of `a`, under which that distance is reached
  Recipe recipe_a, recipe_b;
  Quality quality_a, quality_b;
  std::string damage_a, damage_b;  ///< of the files; empty for whole ones
};

/// Compares two signed pictures by their first hashes, under the dihedral transforms that the
/// algorithm has. Throws `Error` (mismatch) for different algorithms, (invalid_argument) for a
/// signature without a hash or a radius that no distance of the algorithm reaches. The radius is
/// inclusive.
[[nodiscard]] ECTYPE_API Comparison compare(const Signature& a, const Signature& b,
                                            int radius = 31);

/// The verdict and the reason for it in a sentence or two.
[[nodiscard]] ECTYPE_API std::string explain(const Comparison& comparison, int radius);

/// What all hashes of a level say of two pictures.
struct LevelComparison {
  Verdict verdict = Verdict::no_match;
  Level level = Level::standard;
  /// What the verdict stands on, from the most telling on; empty where no hash compares.
  std::vector<MatchEvidence> evidence;
  /// Of comparisons of unrelated pictures, how many give as strong evidence, of a million; 0.001
  /// stands for all that is rarer, which nobody has measured.
  double false_matches_per_million = 1e6;
  double allowed_per_million = 1;
  std::string damage_a, damage_b;  ///< of the files; empty for whole ones
};

/// Compares as `HashSet::match` would at that level, which must be above `strict`: `a` is the
/// query (`sign` with `Purpose::query`), `b` the known picture (`Purpose::store`). Throws `Error`
/// (invalid_argument) for options that contradict each other.
[[nodiscard]] ECTYPE_API LevelComparison compare(const Signature& a, const Signature& b,
                                                 const MatchOptions& options);

/// The verdict, and a sentence for each piece of evidence.
[[nodiscard]] ECTYPE_API std::string explain(const LevelComparison& comparison);

}  // namespace ectype
