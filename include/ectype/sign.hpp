#pragma once

#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/pdq.hpp"
#include "ectype/signature.hpp"

#include <span>
#include <string>

namespace ectype {

/// The PDQ hash of a picture with its query variants. Damage of the file is reported in the
/// signature, not thrown; else errors as `Image`. Thread-safe.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, PdqProfile profile = PdqProfile::exact);

/// The hashes of several algorithms (see `algorithms()`, `parse_algorithms`) from one decode, in
/// their order; those that refuse pictures of this size are left out. `PdqProfile::fast` has an
/// effect where PDQ is the only one. Throws `Error` (invalid_argument) for an unknown algorithm or
/// none.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, std::span<const std::string> algorithms,
                                        PdqProfile profile = PdqProfile::exact);

}  // namespace ectype
