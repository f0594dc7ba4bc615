#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ectype::hashing {

enum class ResizeFilter { bicubic, lanczos };

/// One output sample of a resize along one axis, as Pillow weighs it: the sum of weights[i] *
/// input[first + i], rounded and clipped, in units of 2^-kTapBits.
struct ResizeTaps {
  std::uint32_t first = 0;
  std::vector<std::int32_t> weights;
};

inline constexpr int kTapBits = 22;

/// A sum of taps, begun at a half, as 8 bits.
constexpr std::uint8_t round_taps(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kTapBits, 0, 255));
}

/// The outputs of a resize of `from` samples to `to`, in whole numbers: what little the reference's
/// floating point is off by is lost in rounding. A sine of our own makes them the same everywhere.
std::vector<ResizeTaps> make_resize_taps(std::uint32_t from, std::uint32_t to, ResizeFilter filter);

}  // namespace ectype::hashing
