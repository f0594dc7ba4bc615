#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_value.hpp"
#include "ectype/recipe.hpp"

#include <optional>

namespace ectype {

/// The hash of the inverted picture (each level v becomes 255 - v) from that of the picture,
/// without its pixels: of `pdq` with all bits flipped, since all coefficients and their median
/// change sign; of `gradient_grid` with all directions turned round. Null for other algorithms.
/// From a dihedral variant comes that variant of the inverted picture.
///
/// Equals the hash of the really inverted pixels, unless coefficients of PDQ tie with the median
/// or a codec in between moved them. Throws `Error` (mismatch) where the hash is not of the
/// algorithm's kind. Thread-safe.
[[nodiscard]] ECTYPE_API std::optional<HashValue> inverted(const Recipe& recipe,
                                                           const HashValue& hash);

}  // namespace ectype
