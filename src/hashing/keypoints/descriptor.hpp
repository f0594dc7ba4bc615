#pragma once

#include "hashing/keypoints/detector.hpp"

#include "ectype/bit_hash.hpp"

namespace ectype::hashing {

/// The signs of the low frequencies of the patch around an extremum, 15 sigma wide, turned so that
/// `direction` (4096ths of a turn) points right.
[[nodiscard]] Hash128 describe_patch(const std::vector<Octave>& octaves, const Extremum& extremum,
                                     int direction);

}  // namespace ectype::hashing
