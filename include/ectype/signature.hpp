#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"
#include "ectype/quality.hpp"
#include "ectype/recipe.hpp"
#include "ectype/transform.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// The part of a picture that a hash stands for.
enum class Region { whole };

ECTYPE_API std::string_view to_string(Region region) noexcept;

/// One hash of a picture, with the hashes of its dihedral transforms as query variants.
struct SignatureHash {
  Recipe recipe;
  Region region = Region::whole;
  Quality quality;
  std::array<Hash256, kTransformCount>
      variants;  ///< by Transform; the original is the one to store

  [[nodiscard]] const Hash256& hash() const noexcept { return variants[0]; }
};

/// All hashes of one picture, from one decode. A regular value.
struct Signature {
  std::vector<SignatureHash> hashes;  ///< empty where the picture is too small to be hashed
  std::string damage;                 ///< what was wrong with the file; empty for a whole picture
  double intact = 1.0;                ///< share of the rows that the file holds, 0 to 1
};

}  // namespace ectype
