#pragma once

#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/keypoint_signature.hpp"
#include "ectype/recipe.hpp"

#include <cstdint>

namespace ectype {

struct KeypointOptions {
  std::uint32_t longest_side =
      512;                         ///< pixels that pictures are reduced or enlarged to; 64 to 2048
  std::uint32_t max_points = 128;  ///< 1 to KeypointSignature::kMaxKeypoints

  /// For pictures that are looked for: longest side as it is between 512 and 1024, 512 keypoints.
  [[nodiscard]] static KeypointOptions query(const ImageInfo& info);
};

/// Keypoints of a picture that are found again in a copy that was cropped, turned, framed,
/// mirrored, inverted, or put into another picture.
///
/// Extrema of differences of Gaussians in scale and place, each with one orientation, as in
/// D. Lowe, "Distinctive Image Features from Scale-Invariant Keypoints" (2004); spread over the
/// picture by adaptive non-maximal suppression, M. Brown, R. Szeliski, S. Winder, "Multi-Image
/// Matching using Multi-Scale Oriented Patches" (CVPR 2005). A descriptor holds the signs of a
/// discrete cosine transform of the upright patch. Computed in integers, so the result is the same
/// on every machine. Const and thread-safe.
class ECTYPE_API KeypointExtractor {
 public:
  /// Throws `Error` (invalid_argument) for options out of their ranges.
  explicit KeypointExtractor(const KeypointOptions& options = {});

  /// Decodes and extracts. Flat pictures have few keypoints or none; damage of the file is not an
  /// error. Else errors as `Image`.
  [[nodiscard]] KeypointSignature operator()(const Image& image) const;
  [[nodiscard]] static Recipe recipe() { return {"keypoints", 1, "dct128"}; }

 private:
  KeypointOptions options_;
};

}  // namespace ectype
