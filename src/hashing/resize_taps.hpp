#pragma once

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

/// The outputs of a resize of `from` samples to `to`. Computed with the reference's floating-point
/// operations and a sine of our own, so that they are the same on every machine.
std::vector<ResizeTaps> make_resize_taps(std::uint32_t from, std::uint32_t to, ResizeFilter filter);

}  // namespace ectype::hashing
