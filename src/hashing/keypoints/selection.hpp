#pragma once

#include "hashing/keypoints/detector.hpp"

#include <cstddef>
#include <vector>

namespace ectype::hashing {

/// The `count` extrema that are strongest and best spread, by adaptive non-maximal suppression: in
/// the order of how far away the nearest clearly stronger one is, so that fewer of them are the
/// first of more. Those of less than strong contrast come last.
[[nodiscard]] std::vector<Extremum> select_spread(std::vector<Extremum> extrema, std::size_t count);

}  // namespace ectype::hashing
