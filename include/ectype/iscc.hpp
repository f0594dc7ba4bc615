#pragma once

#include "ectype/export.hpp"
#include "ectype/hash_value.hpp"

#include <string>

namespace ectype {

/// The text form of a hash of the algorithm "iscc_image" (64 bits) or "iscc_image_256", with header
/// and in base32, as ISO 24138:2024 has it: "ISCC:EEA...". Throws `Error` (invalid_argument) for a
/// hash of another kind.
[[nodiscard]] ECTYPE_API std::string iscc_image_code(const HashValue& hash);

}  // namespace ectype
