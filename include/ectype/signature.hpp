#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_value.hpp"
#include "ectype/keypoint_signature.hpp"
#include "ectype/quality.hpp"
#include "ectype/recipe.hpp"
#include "ectype/transform.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// The part of a picture that a hash stands for, or the ground that it was put on. `whole` has
/// transparent pixels on gray, as has `content`.
enum class Region {
  whole,
  content,   ///< without uniform borders and bars
  on_white,  ///< the whole of a picture with transparent pixels, on white
  on_black,  ///< the same on black
};

/// The name of the enumerator, such as "on_white".
ECTYPE_API std::string_view to_string(Region region) noexcept;
/// Throws `Error` (invalid_argument) that names the regions there are.
[[nodiscard]] ECTYPE_API Region parse_region(std::string_view name);

/// Where the content of a picture lies, in fractions of the width and the height of the picture as
/// it is shown: 0 <= left < right <= 1 from the left, 0 <= top < bottom <= 1 from the top.
struct ContentRectangle {
  double left = 0, top = 0, right = 1, bottom = 1;
  friend bool operator==(const ContentRectangle&, const ContentRectangle&) = default;
};

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
  /// Those of the whole picture first; empty where it is too small to be hashed.
  std::vector<SignatureHash> hashes;
  std::string damage;   ///< what was wrong with the file; empty for a whole picture
  double intact = 1.0;  ///< share of the rows that the file holds, 0 to 1
  /// Without the borders, where they were looked for and found.
  std::optional<ContentRectangle> content;

  /// The hash of an algorithm, such as "phash"; null where there is none.
  [[nodiscard]] const SignatureHash* find(std::string_view algorithm,
                                          Region region = Region::whole) const noexcept;

  /// For another process: what is signed in many places can be matched in one. The form is
  /// documented in src/core/signature_bytes.cpp. Leaks image content, as hashes do.
  [[nodiscard]] std::vector<std::uint8_t> to_bytes() const;
  /// What `to_bytes` gives and nothing else. Throws `Error` (damaged; unsupported for another
  /// version).
  [[nodiscard]] static Signature from_bytes(std::span<const std::uint8_t> bytes);
};

}  // namespace ectype
