#pragma once

#include "ectype/export.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace ectype {

/// The eight dihedral transforms of a picture, in the order and under the names of the PDQ
/// reference. Rotations are counter-clockwise; `flip_x` mirrors top-bottom, `flip_y` left-right;
/// `flip_plus1` transposes, `flip_minus1` transposes along the other diagonal.
///
/// In a match: the transform of the *query* whose hash is near the stored one.
enum class Transform {
  original,
  rotate90,
  rotate180,
  rotate270,
  flip_x,
  flip_y,
  flip_plus1,
  flip_minus1,
};

inline constexpr std::size_t kTransformCount = 8;
inline constexpr std::array<Transform, kTransformCount> kTransforms{
    Transform::original, Transform::rotate90, Transform::rotate180,  Transform::rotate270,
    Transform::flip_x,   Transform::flip_y,   Transform::flip_plus1, Transform::flip_minus1};

ECTYPE_API std::string_view to_string(Transform transform) noexcept;

}  // namespace ectype
