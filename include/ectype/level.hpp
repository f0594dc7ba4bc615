#pragma once

#include "ectype/export.hpp"

#include <cstdint>
#include <string_view>

namespace ectype {

/// How hard a copy is looked for, and so what is stored of a known picture.
enum class Level {
  strict,    ///< one distance within one radius, mirrored and turned too: PDQ at 31. 32 bytes
  standard,  ///< PDQ, GradientGrid, 32 keypoints, of the content within borders too: 1 KB at most
  thorough,  ///< 128 keypoints: parts of the picture, in others too. 4 KB at most
};

/// Keypoints of a known picture, at most.
inline constexpr std::uint32_t kStandardKeypoints = 32;
inline constexpr std::uint32_t kThoroughKeypoints = 128;

/// "strict", "standard", "thorough".
ECTYPE_API std::string_view to_string(Level level) noexcept;
/// The level of that name. Throws `Error` (invalid_argument).
[[nodiscard]] ECTYPE_API Level parse_level(std::string_view name);

}  // namespace ectype
