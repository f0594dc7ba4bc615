#pragma once

#include "hashing/keypoints/detector.hpp"

namespace ectype::hashing {

/// The direction in which the picture gets brighter around an extremum, where most of it does: the
/// highest peak of a histogram of gradients, in 4096ths of a turn from right to down.
[[nodiscard]] int dominant_direction(const std::vector<Octave>& octaves, const Extremum& extremum);

}  // namespace ectype::hashing
