#pragma once

#include "hashing/resize_taps.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::hashing {

/// The pass of a resize along rows, one row at a time, in instructions that multiply and add pairs
/// of 16-bit numbers. Where weights need more than 16 bits, a weight is two numbers, low + 2^8
/// high, and a pixel is two: v = pixel - 128 and 2^8 v.
class RowShortener {
 public:
  RowShortener(std::uint32_t from, std::uint32_t to, ResizeFilter filter);

  /// The shortened row; valid until the next one.
  std::span<const std::uint8_t> operator()(std::span<const std::uint8_t> row);

 private:
  /// A stretch of the row that several outputs need: numbers of row_ from `begin`, and for each of
  /// these outputs as many of weights_, one output after the other.
  struct Run {
    std::size_t begin = 0, length = 0;  // multiples of kLanes; not `begin` of a run of one output
    std::size_t weights = 0;
    std::uint32_t output = 0, outputs = 0;
  };
  /// The weights of an output in 16-bit numbers.
  struct Window {
    std::size_t begin = 0;
    std::vector<std::int16_t> weights;
    [[nodiscard]] std::size_t end() const { return begin + weights.size(); }
  };

  std::vector<Window> make_windows(const std::vector<ResizeTaps>& taps);
  void plan_alone(const std::vector<Window>& windows);
  void plan_together(std::vector<Window> windows);
  void add_run(const std::vector<Window>& windows, const Run& stretch);
  void load(std::span<const std::uint8_t> row);

  bool split_;  // weights are two numbers
  std::vector<Run> runs_;
  std::vector<std::int16_t> weights_;
  std::vector<std::int16_t> row_;  // with zeros behind
  std::vector<std::int32_t> starts_, sums_;
  std::vector<std::uint8_t> shortened_;
};

}  // namespace ectype::hashing
