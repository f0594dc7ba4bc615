#pragma once

#include "hashing/keypoints/plane.hpp"

#include "ectype/image.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::hashing {

/// How the samples of one axis are weighed to give one output: inputs `first` and on, by `weights`
/// that sum to `AxisFilter::total`.
struct AxisSample {
  std::uint32_t first = 0;
  std::vector<std::uint32_t> weights;
};

/// The outputs that an input has a part in: neighbours.
struct AxisUsers {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Exact means over areas where an axis gets shorter, linear interpolation where it gets longer.
struct AxisFilter {
  AxisFilter(std::uint32_t input, std::uint32_t output, bool mirrored);
  std::uint64_t total;
  std::vector<AxisSample> samples;
  std::vector<AxisUsers> users;
  bool is_identity;
};

/// Brings a picture to a given longest side while its rows stream through, in any order. Sums are
/// exact integers, rounded once. The orientation is applied by mirroring and transposing
/// coordinates.
class WorkingPicture {
 public:
  WorkingPicture(std::uint32_t width, std::uint32_t height, int orientation,
                 std::uint32_t longest_side);

  void add(const LumaRow& row);
  /// After the last row.
  [[nodiscard]] Plane finish();

 private:
  template <typename Luma>
  void add_values(std::uint32_t y, std::span<const Luma> values, std::uint32_t unit);
  template <typename Luma>
  void add_columns(std::span<const Luma> values, std::uint64_t weight, std::uint64_t* out) const;
  void start_pending(std::size_t output, std::uint64_t weight);

  AxisFilter columns_;
  AxisFilter rows_;
  bool transposed_;
  std::vector<std::uint64_t> sums_;  // in thousandths of luma

  // Neighbours that one output alone uses, with equal weights, are added up first.
  std::vector<std::uint32_t> pending_;
  std::uint32_t pending_rows_ = 0;
  std::size_t pending_output_ = 0;
  std::uint64_t pending_weight_ = 0;
};

}  // namespace ectype::hashing
