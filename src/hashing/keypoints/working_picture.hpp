#pragma once

#include "hashing/keypoints/plane.hpp"

#include "ectype/image.hpp"

#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// How the samples of one axis are weighed to give one output: inputs `first` and on, by `weights`
/// that sum to `AxisFilter::total`.
struct AxisSample {
  std::uint32_t first = 0;
  std::vector<std::uint32_t> weights;
};

/// Exact means over areas where an axis gets shorter, linear interpolation where it gets longer.
struct AxisFilter {
  AxisFilter(std::uint32_t input, std::uint32_t output, bool mirrored);
  std::uint64_t total;
  std::vector<AxisSample> samples;
};

/// Brings a picture to a given longest side while its rows stream through, in any order. Sums are
/// exact integers, rounded once. The orientation is applied by mirroring and transposing
/// coordinates.
class WorkingPicture {
 public:
  WorkingPicture(std::uint32_t width, std::uint32_t height, int orientation,
                 std::uint32_t longest_side);

  void add(const LumaRow& row);
  [[nodiscard]] Plane finish() const;

 private:
  void sum_columns(const LumaRow& row);

  AxisFilter columns_;
  AxisFilter rows_;
  bool transposed_;
  std::vector<std::uint64_t> column_sums_;  // of the row at hand, in thousandths
  std::vector<std::uint64_t> sums_;
};

}  // namespace ectype::hashing
