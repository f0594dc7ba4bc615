#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// What there is to know about a hash algorithm without hashing anything. The texts live as long as
/// the program.
///
/// The family that Python's `imagehash` made common (`phash`, `dhash`, `ahash`, `whash`, of 64
/// bits, and `_256` of size 16) and the ISCC Image-Code hash the picture as it is shown, of 8-bit
/// luma: that of Pillow's `convert("L")` of RGB pixels and files, the Y plane of a JPEG. So they
/// equal `imagehash` with Pillow 13 bit for bit on arrays and on lossless files without alpha; of a
/// JPEG, which `imagehash` decodes to RGB, a few bits may differ. Older Pillow resizes pictures of
/// more than twice the height of their width in another order: a few bits of theirs differ.
/// Transparent parts count as gray. A picture whose orientation transposes it is kept in memory, a
/// byte a pixel.
///
/// Default radii: 31 of PDQ; else 10 of 64 bits and 40 of 256, the field's habit, or the largest at
/// which no more than one in 100,000 pairs of unrelated photos matches, if that is less
/// (bench/peers/family.py --radii).
struct AlgorithmInfo {
  std::string_view name;       ///< as in recipes: "pdq", "phash", "phash_256", ...
  HashKind kind;               ///< of its hashes
  int default_radius = 0;      ///< largest distance of a match, inclusive
  int version = 1;             ///< of its recipe
  std::uint32_t min_side = 1;  ///< pixels; a picture with a shorter side has no hash
  std::uint32_t max_side = 1;  ///< pixels; a picture with a longer side has no hash
  std::string_view summary;    ///< one line
  std::string_view source;     ///< paper, specification or reference implementation
  std::string_view quality;    ///< what its quality, 0 to 100, means
};

/// All algorithms, "pdq" first. Thread-safe, like all functions here.
[[nodiscard]] ECTYPE_API std::vector<AlgorithmInfo> algorithms();

/// The algorithm of that name. Throws `Error` (invalid_argument) that names those there are.
[[nodiscard]] ECTYPE_API AlgorithmInfo find_algorithm(std::string_view name);

/// The names in a list such as "phash,dhash", each once; "all" stands for every one. Throws `Error`
/// (invalid_argument) for an unknown or empty name.
[[nodiscard]] ECTYPE_API std::vector<std::string> parse_algorithms(std::string_view list);

}  // namespace ectype
