#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// Levels of luma are fixed-point numbers with this many fractional bits: 0 to 255 * 64, so that
/// differences fit 16 bits with their sign.
inline constexpr int kPlaneFraction = 6;
inline constexpr int kPlaneOne = 1 << kPlaneFraction;

/// A picture of one channel; rows one after the other.
class Plane {
 public:
  Plane() = default;
  Plane(int width, int height)
      : width_(width),
        height_(height),
        values_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }
  [[nodiscard]] std::uint16_t* row(int y) noexcept { return values_.data() + offset(y); }
  [[nodiscard]] const std::uint16_t* row(int y) const noexcept {
    return values_.data() + offset(y);
  }
  [[nodiscard]] int at(int x, int y) const noexcept { return row(y)[x]; }
  /// The row, or the one at the edge that is nearest to it.
  [[nodiscard]] const std::uint16_t* nearest_row(int y) const noexcept {
    return row(std::clamp(y, 0, height_ - 1));
  }

 private:
  [[nodiscard]] std::size_t offset(int y) const noexcept {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
  }

  int width_ = 0;
  int height_ = 0;
  std::vector<std::uint16_t> values_;
};

}  // namespace ectype::hashing
