#pragma once

#include "hashing/tent.hpp"

#include "ectype/image.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// Luma as a fixed-point number: kLumaOne is one of 255 levels.
inline constexpr int kLumaFraction = 20;
inline constexpr std::int64_t kLumaOne = std::int64_t{1} << kLumaFraction;

/// PDQ's 64 x 64 samples, [row * 64 + column], 0 to 255 * kLumaOne.
using LumaGrid = std::array<std::int64_t, std::size_t{kGridSide} * kGridSide>;

/// Filters and decimates a picture to a LumaGrid while its rows stream through, in any order. Sums
/// are exact integers, so the grid is the exactly rounded value of what the reference computes in
/// floating point. The orientation is applied by mirroring and transposing coordinates.
class LumaGridBuilder {
 public:
  /// `width` and `height` in stored, full-resolution pixels.
  LumaGridBuilder(std::uint32_t width, std::uint32_t height, int orientation, std::uint32_t shrink);

  void add(const LumaRow& row);
  [[nodiscard]] LumaGrid finish() const;

 private:
  using RowSums = std::array<std::uint64_t, kGridSide>;

  void sum_columns(const LumaRow& row, RowSums& sums) const;

  std::vector<Tent> columns_;
  std::vector<Tent> rows_;
  bool narrow_;                               // 8-bit rows fit 16-bit weights and 32-bit sums
  std::vector<std::int16_t> narrow_weights_;  // those of columns_, one after the other
  bool transposed_;
  std::uint32_t unit_ = 1;  // 1000 where the rows are in thousandths
  std::array<std::uint64_t, std::size_t{kGridSide} * kGridSide> sums_{};
};

}  // namespace ectype::hashing
