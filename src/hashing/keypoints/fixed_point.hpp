#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// Powers of two, sines and angles in integers: a library's exp2, sin or atan2 may differ in the
// last bit between machines. tests/unit/keypoints_fixed_point_test.cpp compares them with the
// library's.
namespace ectype::hashing {

/// Steps of scale in an octave: three layers of 256.
inline constexpr int kOctaveSteps = 768;

namespace detail {

constexpr auto make_powers() {
  std::array<std::uint32_t, kOctaveSteps> powers{};
  constexpr std::uint64_t root = 1074711351;  // 2^(1/768) * 2^30
  std::uint64_t power = std::uint64_t{1} << 30;
  for (std::uint32_t& each : powers) {
    each = static_cast<std::uint32_t>(power);
    power = (power * root + (std::uint64_t{1} << 29)) >> 30;
  }
  return powers;
}
inline constexpr auto kPowers = make_powers();

}  // namespace detail

/// 2^(steps / 768) with 16 fractional bits, for -16 to 30 octaves.
constexpr std::int64_t exp2_fixed(int steps) noexcept {
  const int whole = (steps >= 0 ? steps : steps - (kOctaveSteps - 1)) / kOctaveSteps;
  const std::int64_t fraction =
      detail::kPowers[static_cast<std::size_t>(steps - whole * kOctaveSteps)];
  return whole >= 14 ? fraction << (whole - 14) : fraction >> (14 - whole);
}

/// Steps in an octave times the logarithm of a / b, rounded down; for ratios of 2^-10 to 2^10.
constexpr int log2_steps(std::uint32_t a, std::uint32_t b) noexcept {
  int low = -10 * kOctaveSteps;
  int high = 10 * kOctaveSteps + 1;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (exp2_fixed(middle) * b <= std::int64_t{a} << 16 ? low : high) = middle;
  }
  return low;
}

/// Angles are in 256ths of a turn where a sine is taken.
inline constexpr int kTurn = 256;
inline constexpr int kSineFraction = 13;

/// round(8192 cos(2 pi k / 256)) for a quarter turn.
inline constexpr std::array<std::int16_t, 65> kQuarterCosine{
    8192, 8190, 8182, 8170, 8153, 8130, 8103, 8071, 8035, 7993, 7946, 7895, 7839,
    7779, 7713, 7643, 7568, 7489, 7405, 7317, 7225, 7128, 7027, 6921, 6811, 6698,
    6580, 6458, 6333, 6203, 6070, 5933, 5793, 5649, 5501, 5351, 5197, 5040, 4880,
    4717, 4551, 4383, 4212, 4038, 3862, 3683, 3503, 3320, 3135, 2948, 2760, 2570,
    2378, 2185, 1990, 1795, 1598, 1401, 1202, 1003, 803,  603,  402,  201,  0};

constexpr std::int16_t cosine(int angle) noexcept {
  int k = angle & (kTurn - 1);
  if (k > kTurn / 2) k = kTurn - k;
  return k <= kTurn / 4
             ? kQuarterCosine[static_cast<std::size_t>(k)]
             : static_cast<std::int16_t>(-kQuarterCosine[static_cast<std::size_t>(kTurn / 2 - k)]);
}
constexpr std::int16_t sine(int angle) noexcept { return cosine(angle - kTurn / 4); }

/// Parts of a turn in which directions are measured.
inline constexpr int kDirections = 4096;

/// The direction of (dx, dy) in 4096ths of a turn, from right to down; off by at most 3. By
/// atan(q) ~ q (pi/4 + 0.273 (1 - q)), in turns 1/8 q + 0.04345 q (1 - q).
constexpr int direction(int dx, int dy) noexcept {
  const int ax = dx < 0 ? -dx : dx;
  const int ay = dy < 0 ? -dy : dy;
  if (ax == 0 && ay == 0) return 0;
  const int q = ax >= ay ? (ay << 12) / ax : (ax << 12) / ay;
  const int octant = (q * 512 + ((q * (4096 - q)) >> 12) * 178 + 2048) >> 12;
  const int quadrant = ax >= ay ? octant : kDirections / 4 - octant;
  const int half = dx >= 0 ? quadrant : kDirections / 2 - quadrant;
  return (dy >= 0 ? half : kDirections - half) & (kDirections - 1);
}

}  // namespace ectype::hashing
