#include "hashing/keypoints/scale_space.hpp"

#include <utility>

namespace ectype::hashing {
namespace {

constexpr int kSmallestSide = 16;

constexpr int kTapFraction = 14;

/// Variances add up: the base has 1 + 1.5, and the picture brings a little.
constexpr std::array<FiveTaps, 2> kToBase{{{6144, 4096, 1024, 1}, {4096, 4096, 2048, 1}}};

/// From each Gaussian to the next, with the second and the fourth moment of a Gaussian: variances
/// of 2.56 * 2^(2i/3). A difference that is too large by a few hundredths would draw extrema to its
/// layer. Taps two to four pixels apart are enough where the picture is that smooth.
constexpr std::array<FiveTaps, kGaussians - 1> kSteps{{
    {10422, 2948, 33, 2},
    {8538, 3601, 322, 2},
    {9938, 3147, 76, 3},
    {10422, 2948, 33, 4},
    {8538, 3601, 322, 4},
}};

/// out[x] = the filter at x of the rows (or shifted rows) `far1` ... `far2`.
void filter_row(const FiveTaps& taps, const std::uint16_t* far1, const std::uint16_t* near1,
                const std::uint16_t* centre, const std::uint16_t* near2, const std::uint16_t* far2,
                int width, std::uint16_t* __restrict out) {
  // Two values fit 16 bits with their sign, which processors multiply at once.
  const auto pair = [](std::uint16_t a, std::uint16_t b) {
    return static_cast<std::int16_t>(a + b);
  };
  for (int x = 0; x < width; ++x) {
    const std::int32_t sum = static_cast<std::int16_t>(centre[x]) * taps.centre +
                             pair(near1[x], near2[x]) * taps.near +
                             pair(far1[x], far2[x]) * taps.far + (1 << (kTapFraction - 1));
    out[x] = static_cast<std::uint16_t>(sum >> kTapFraction);
  }
}

}  // namespace

Plane blur(const Plane& plane, const FiveTaps& taps) {
  const int width = plane.width();
  const int near = taps.stride;
  const int far = 2 * taps.stride;
  Plane result(width, plane.height());
  std::vector<std::uint16_t> padded(static_cast<std::size_t>(width + 2 * far));
  std::uint16_t* middle = padded.data() + far;
  for (int y = 0; y < plane.height(); ++y) {
    filter_row(taps, plane.nearest_row(y - far), plane.nearest_row(y - near), plane.row(y),
               plane.nearest_row(y + near), plane.nearest_row(y + far), width, middle);
    std::fill_n(middle - far, far, middle[0]);
    std::fill_n(middle + width, far, middle[width - 1]);
    filter_row(taps, middle - far, middle - near, middle, middle + near, middle + far, width,
               result.row(y));
  }
  return result;
}

Plane halve(const Plane& plane) {
  Plane half((plane.width() + 1) / 2, (plane.height() + 1) / 2);
  for (int y = 0; y < half.height(); ++y) {
    const std::uint16_t* from = plane.row(2 * y);
    std::uint16_t* to = half.row(y);
    for (int x = 0; x < half.width(); ++x) to[x] = from[2 * x];
  }
  return half;
}

std::vector<Octave> make_scale_space(const Plane& picture) {
  std::vector<Octave> octaves;
  if (std::min(picture.width(), picture.height()) < kSmallestSide) return octaves;
  Plane base = blur(blur(picture, kToBase[0]), kToBase[1]);
  while (std::min(base.width(), base.height()) >= kSmallestSide) {
    Octave& octave = octaves.emplace_back();
    octave[0] = std::move(base);
    for (std::size_t i = 0; i < kSteps.size(); ++i) octave[i + 1] = blur(octave[i], kSteps[i]);
    base = halve(octave[kLayers]);
  }
  return octaves;
}

}  // namespace ectype::hashing
