#include "hashing/keypoints/descriptor.hpp"

#include "hashing/keypoints/fixed_point.hpp"

#include "ectype/keypoint_signature.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ectype::hashing {
namespace {

constexpr std::size_t kSide = 32;         // samples of a patch, along and across
constexpr std::size_t kFrequencies = 16;  // of each axis; the highest that a descriptor has is 15
constexpr int kWidthInSigmas = 15;

using Line = std::array<std::int16_t, kSide>;
using Patch = std::array<Line, kSide>;  // [along][across]: see sample()
using Waves = std::array<Line, kFrequencies>;

constexpr Waves make_waves() {
  Waves waves{};
  for (std::size_t u = 0; u < kFrequencies; ++u)
    for (std::size_t x = 0; x < kSide; ++x)
      waves[u][x] = cosine(static_cast<int>((2 * x + 1) * u * (kTurn / (4 * kSide))));
  return waves;
}
constexpr Waves kWaves = make_waves();

/// Compilers turn it into multiply-add instructions on pairs.
std::int32_t dot(const Line& a, const Line& b) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < kSide; ++i) sum += a[i] * b[i];
  return sum;
}

/// Linear between four pixels; `x` and `y` have 16 fractional bits. Centred on middle gray.
std::int16_t sample(const Plane& plane, std::int64_t x, std::int64_t y) {
  const std::int64_t right = std::int64_t{plane.width() - 1} << 16;
  const std::int64_t bottom = std::int64_t{plane.height() - 1} << 16;
  x = std::clamp<std::int64_t>(x, 0, right);
  y = std::clamp<std::int64_t>(y, 0, bottom);
  const auto column = static_cast<int>(x >> 16);
  const auto fx = static_cast<int>(x >> 8 & 255);
  const auto fy = static_cast<int>(y >> 8 & 255);
  const std::uint16_t* upper = plane.row(static_cast<int>(y >> 16)) + column;
  const std::uint16_t* lower = fy == 0 ? upper : upper + plane.width();
  const int next = fx == 0 ? 0 : 1;
  const int a = upper[0] * (256 - fx) + upper[next] * fx;
  const int b = lower[0] * (256 - fx) + lower[next] * fx;
  constexpr int middle = 64 * kPlaneOne;
  return static_cast<std::int16_t>(((a * (256 - fy) + b * fy + 65536) >> 17) - middle);
}

/// Where the patch lies in one plane of the pyramid; all with 16 fractional bits.
struct Grid {
  std::int64_t x, y;            // of the centre
  std::int64_t step_x, step_y;  // from one sample to the next along the direction
};

Patch sample_patch(const Plane& plane, const Grid& grid) {
  Patch patch;
  for (std::size_t j = 0; j < kSide; ++j) {
    for (std::size_t i = 0; i < kSide; ++i) {
      const auto along = 2 * static_cast<std::int64_t>(i) - (static_cast<int>(kSide) - 1);
      const auto across = 2 * static_cast<std::int64_t>(j) - (static_cast<int>(kSide) - 1);
      patch[j][i] = sample(plane, grid.x + (along * grid.step_x - across * grid.step_y) / 2,
                           grid.y + (along * grid.step_y + across * grid.step_x) / 2);
    }
  }
  return patch;
}

Hash128 signs_of(const Patch& patch) {
  // Values of 13 bits with their sign times 14 bits, 32 times: 31 bits. Of the second product, too,
  // since the sizes of 32 cosines sum to 2^17.4 at most.
  std::array<Line, kFrequencies> along;
  for (std::size_t u = 0; u < kFrequencies; ++u)
    for (std::size_t j = 0; j < kSide; ++j)
      along[u][j] = static_cast<std::int16_t>((dot(patch[j], kWaves[u]) + (1 << 16)) >> 17);
  Hash128 bits;
  for (std::size_t k = 0; k < Hash128::bits; ++k) {
    const KeypointFrequency f = kKeypointFrequencies[k];
    if (dot(along[f.u], kWaves[f.v]) > 0) bits.set(k);
  }
  return bits;
}

}  // namespace

Hash128 describe_patch(const std::vector<Octave>& octaves, const Extremum& extremum,
                       int direction) {
  // A Gaussian next to the keypoint's scale: what remains of the patch is what blur and noise
  // leave.
  const auto octave = static_cast<std::size_t>(extremum.octave);
  const Plane& plane = octaves[octave][static_cast<std::size_t>(extremum.layer - 1)];
  // 15 * 1.6 / 32 = 3/4 of 2^scale pixels from one sample to the next.
  static_assert(kWidthInSigmas * 16 * 4 == kSide * 10 * 3);
  const std::int64_t step = exp2_fixed(extremum.scale - kOctaveSteps * extremum.octave) * 3 / 4;
  constexpr int step_of_angle = kDirections / kTurn;
  const int angle = (direction + step_of_angle / 2) / step_of_angle;
  const auto place = [octave](std::int32_t at) { return (std::int64_t{at} << 8) >> octave; };
  const Grid grid{place(extremum.x), place(extremum.y), step * cosine(angle) >> kSineFraction,
                  step * sine(angle) >> kSineFraction};
  return signs_of(sample_patch(plane, grid));
}

}  // namespace ectype::hashing
