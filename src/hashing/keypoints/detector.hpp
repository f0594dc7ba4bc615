#pragma once

#include "hashing/keypoints/scale_space.hpp"

#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// Places are in this many parts of a pixel.
inline constexpr int kSubpixels = 256;

/// Contrast of one level, 0.004 of the full range. Less is found too, for pictures that have little
/// else, down to two fifths.
inline constexpr std::int32_t kStrongContrast = kPlaneOne * 1024;

/// An extremum of the differences of Gaussians.
struct Extremum {
  std::int32_t x, y;      ///< in the picture, in 256ths of a pixel; 0 is the centre of the first
  std::int32_t scale;     ///< sigma is 1.6 * 2^(scale / 768) pixels of the picture
  std::int32_t contrast;  ///< size of the difference there, in 1024ths of a plane's unit
  std::int16_t octave;
  std::int16_t layer;  ///< the nearest Gaussian of the octave
};

/// Extrema in scale and place, refined to less than a pixel, without those of low contrast and
/// those on edges, whose place along the edge is not certain. In no order that matters.
[[nodiscard]] std::vector<Extremum> find_extrema(const std::vector<Octave>& octaves);

}  // namespace ectype::hashing
