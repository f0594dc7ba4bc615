#pragma once

#include "ectype/export.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace ectype {

/// How a hash was made: its provenance. Text forms: "pdq/1:exact", "pdq/1:fast" for ours,
/// "pdq/external" for hashes that were made elsewhere.
///
/// The version covers the algorithm *and* the decode policy: a change in either that can change one
/// bit of one hash raises it. Hashes compare within one algorithm, whatever their recipes;
/// comparing across algorithms is an error.
struct ECTYPE_API Recipe {
  std::string algorithm;  ///< "pdq", "phash", "external:photodna", ...
  int version = 0;        ///< 0: made elsewhere
  std::string profile;  ///< "exact", "fast", "reduced" (to 512 pixels); empty where made elsewhere

  [[nodiscard]] std::string to_string() const;
  /// Throws `Error` (invalid_argument).
  [[nodiscard]] static Recipe parse(std::string_view text);
  [[nodiscard]] static Recipe external(std::string algorithm);
  [[nodiscard]] bool is_external() const noexcept { return version == 0; }

  friend bool operator==(const Recipe&, const Recipe&) = default;
  friend auto operator<=>(const Recipe&, const Recipe&) = default;
};

/// How far apart two recipes of one algorithm may put the same file, in the algorithm's distance:
/// 0 for the same recipe, 2 between `pdq/1:exact` and `pdq/1:fast`, 10 against external PDQ (the
/// reference's own bound between decoders at quality >= 80) and against `pdq/1:reduced` (most
/// contents of bordered photos lie nearer to the photo, see bench/regions.py). 0 for other
/// algorithms than PDQ: it was not measured. Throws `Error` (mismatch) across algorithms, naming
/// both.
ECTYPE_API int recipe_tolerance(const Recipe& a, const Recipe& b);

/// Throws `Error` (mismatch) that names both unless the algorithms are equal.
ECTYPE_API void require_same_algorithm(const Recipe& a, const Recipe& b);

}  // namespace ectype
