#pragma once

#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// The two box passes of PDQ's Jarosz filter along one axis and the decimation to 64 samples, as
/// one weighted sum a sample: sample = sum(weight[i] * input[first + i]) / denominator.
///
/// The weights are the exact rational ones wherever the denominator stays small; where the window
/// is clipped by the end of a very long axis they are rounded to 2^20ths.
struct Tent {
  std::uint32_t first = 0;
  std::vector<std::uint32_t> weights;
  std::uint64_t denominator = 1;  ///< the sum of the weights
};

inline constexpr std::uint32_t kGridSide = 64;

/// The 64 tents of an axis of `length` inputs. With `mirrored`, for inputs that come in reverse
/// order. With `shrink` > 1, for inputs that are each the mean of `shrink` neighbours (the last one
/// of what is left of them).
std::vector<Tent> make_tents(std::uint32_t length, bool mirrored, std::uint32_t shrink);

}  // namespace ectype::hashing
