#pragma once

#include "ectype/export.hpp"
#include "ectype/keypoint_signature.hpp"

#include <array>

namespace ectype {

/// A place in a picture, as fractions of its width and its height.
struct PicturePoint {
  double x = 0;
  double y = 0;
  friend bool operator==(const PicturePoint&, const PicturePoint&) = default;
};

/// What two signatures have in common, and where.
struct KeypointMatch {
  int inliers = 0;  ///< keypoints that agree on one transform, at places apart in both pictures
  bool mirrored = false;  ///< the query shows the reference mirrored (left-right, then turned)
  bool inverted = false;  ///< the query shows the reference with light and dark exchanged
  /// From the reference to the query: x' = t[0] x + t[1] y + t[2], y' = t[3] x + t[4] y + t[5],
  /// where 1 is the longest side of each picture. A turn, a change of size, a shift, a mirroring.
  std::array<double, 6> transform{1, 0, 0, 0, 1, 0};
  /// The part of each picture around the inliers, by its corners in the same order: a rectangle in
  /// the reference, no larger than the box around what the query shows of it, and its place in the
  /// query. Fractions of the sides; of a turned query corners may lie a little outside.
  std::array<PicturePoint, 4> reference_region{};
  std::array<PicturePoint, 4> query_region{};
  friend bool operator==(const KeypointMatch&, const KeypointMatch&) = default;
};

struct KeypointVoteOptions {
  int radius = 33;           ///< Hamming distance of descriptors, inclusive; 0 to 128
  double tolerance = 0.008;  ///< of places, in longest sides of the query; more than 0, to 1
};

/// The transform on which most keypoints of the two pictures agree, over the query as it is,
/// mirrored, inverted, and both. `inliers` under 2 means that there is none. Deterministic and
/// thread-safe; about a tenth of a millisecond. Throws `Error` (invalid_argument) for options out
/// of range.
[[nodiscard]] ECTYPE_API KeypointMatch vote(const KeypointSignature& query,
                                            const KeypointSignature& reference,
                                            const KeypointVoteOptions& options = {});

}  // namespace ectype
