#pragma once

#include "keypoints/keypoint_geometry.hpp"
#include "keypoints/keypoint_pairing.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ectype::keypoints {

/// A similarity and the pairings that agree on it.
struct Consensus {
  Similarity similarity;
  std::vector<std::uint16_t> inliers;  ///< numbers of pairings
  int apart = 0;                       ///< how many of them are at places of their own
};

/// The similarity, of those that two of the nearest pairings propose, on which most pairings agree
/// in place (to `tolerance`, in 1024ths of the query's longest side, or of the reference's where
/// the query shows it larger), turn and growth.
[[nodiscard]] Consensus find_consensus(std::span<const Pairing> pairings, double tolerance);

}  // namespace ectype::keypoints
