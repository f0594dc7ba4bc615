#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"
#include "ectype/self_join.hpp"
#include "ectype/transform.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype {

/// A picture to be grouped with others.
struct ClusterPicture {
  std::vector<Hash256> variants;  ///< PDQ: the original alone, or all eight by Transform
  std::uint64_t pixels = 0;       ///< width * height; 0 where unknown
};

/// Where a picture belongs.
struct ClusterPlace {
  std::uint32_t cluster = 0;  ///< from 0, in the order of the clusters' first pictures
  std::uint64_t size = 1;     ///< pictures in the cluster
  std::size_t representative =
      0;             ///< the picture that stands for it: of most pixels, then the first
  int distance = 0;  ///< Hamming distance to the representative, the smallest over the transforms
  /// What turns the picture into the representative, at that distance.
  Transform transform = Transform::original;
};

/// Groups copies of the same pictures; one place a picture, in order. Two pictures are near each
/// other where a variant of one is within the radius (inclusive) of the original of the other, so
/// that mirrored and turned copies are found of pictures that have variants. Pictures of equal
/// originals count as one that has the variants of all of them, and are always in one cluster.
/// Memory is about 2 KB a picture with eight variants, and some 32 bytes for each near pair. Errors
/// as `cluster`; also invalid_argument for pictures with another number of hashes.
[[nodiscard]] ECTYPE_API std::vector<ClusterPlace> cluster_pictures(
    std::span<const ClusterPicture> pictures, int radius, ClusterRule rule);

}  // namespace ectype
