#pragma once

#include "hashing/keypoints/plane.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// Layers of an octave in which extrema are looked for; the scale grows by 2^(1/3) from one to the
/// next.
inline constexpr int kLayers = 3;
/// Three more Gaussians give the differences below and above them.
inline constexpr int kGaussians = kLayers + 3;

/// A symmetric filter of five taps in 2^14ths: centre, its neighbours at `stride`, and those at
/// twice the stride; centre + 2 near + 2 far is one.
struct FiveTaps {
  std::int16_t centre, near, far;
  int stride;
};

/// Filters rows and columns; the picture goes on beyond its edges as it ends there.
[[nodiscard]] Plane blur(const Plane& plane, const FiveTaps& taps);
/// Every second pixel of every second row, from the first.
[[nodiscard]] Plane halve(const Plane& plane);

/// Gaussians of one octave, finest first.
using Octave = std::array<Plane, kGaussians>;

/// Octaves down to a shortest side of 16 pixels. A pixel of octave o stands for 2^o of the picture,
/// the first ones at the same place.
[[nodiscard]] std::vector<Octave> make_scale_space(const Plane& picture);

}  // namespace ectype::hashing
