#pragma once

#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/pdq.hpp"
#include "ectype/signature.hpp"

namespace ectype {

/// All hashes of a picture from one decode, with their query variants. Damage of the file is
/// reported in the signature, not thrown; else errors as `Image`. Thread-safe.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, PdqProfile profile = PdqProfile::exact);

}  // namespace ectype
