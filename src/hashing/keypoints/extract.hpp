#pragma once

#include "hashing/keypoints/plane.hpp"

#include "ectype/keypoint_signature.hpp"

#include <cstddef>

namespace ectype::hashing {

/// At most `max_points` keypoints of a picture that has its working size.
[[nodiscard]] KeypointSignature extract_keypoints(const Plane& picture, std::size_t max_points);

}  // namespace ectype::hashing
