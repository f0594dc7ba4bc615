#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_value.hpp"
#include "ectype/quality.hpp"
#include "ectype/recipe.hpp"
#include "ectype/transform.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// The part of a picture that a hash stands for.
enum class Region { whole };

ECTYPE_API std::string_view to_string(Region region) noexcept;
/// The region of that name. Throws `Error` (invalid_argument).
[[nodiscard]] ECTYPE_API Region parse_region(std::string_view name);

/// One hash of a picture, with the hashes of its dihedral transforms as query variants where the
/// algorithm has them.
struct ECTYPE_API SignatureHash {
  Recipe recipe;
  Region region = Region::whole;
  Quality quality;
  std::vector<HashValue> variants;  ///< the original alone, or all eight by Transform

  /// The one to store. Throws `Error` (invalid_argument) where there are no variants at all.
  [[nodiscard]] const HashValue& hash() const;
};

/// All hashes of one picture, from one decode. A regular value.
struct ECTYPE_API Signature {
  std::vector<SignatureHash> hashes;  ///< empty where the picture is too small to be hashed
  std::string damage;                 ///< what was wrong with the file; empty for a whole picture
  double intact = 1.0;                ///< share of the rows that the file holds, 0 to 1

  /// The hash of an algorithm, such as "phash"; null where there is none.
  [[nodiscard]] const SignatureHash* find(std::string_view algorithm) const noexcept;
};

}  // namespace ectype
