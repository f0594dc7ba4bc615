#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"
#include "ectype/self_join.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype {

/// A picture to be grouped with others.
struct ClusterPicture {
  Hash256 hash;
  std::uint64_t pixels = 0;  ///< width * height; 0 where unknown
};

/// Where a picture belongs.
struct ClusterPlace {
  std::uint32_t cluster = 0;  ///< from 0, in the order of the clusters' first pictures
  std::uint64_t size = 1;     ///< pictures in the cluster
  std::size_t representative =
      0;             ///< the picture that stands for it: of most pixels, then the first
  int distance = 0;  ///< Hamming distance to the representative
};

/// Groups copies of the same pictures; one place a picture, in order. Mirrored and turned copies
/// are not looked for. Errors as `cluster`.
[[nodiscard]] ECTYPE_API std::vector<ClusterPlace> cluster_pictures(
    std::span<const ClusterPicture> pictures, int radius, ClusterRule rule);

}  // namespace ectype
