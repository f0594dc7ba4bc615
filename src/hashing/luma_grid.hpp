#pragma once

#include "hashing/narrow_tents.hpp"
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
  /// One row's share of each column of the grid.
  template <typename Sum>
  using RowSums = std::array<Sum, kGridSide>;

  void sum_columns(const LumaRow& row, RowSums<std::uint64_t>& sums) const;
  template <typename Sum>
  void add(std::uint32_t y, const RowSums<Sum>& columns);
  [[nodiscard]] std::vector<Tent>::const_iterator first_tent_of(std::uint32_t y) const;

  std::vector<Tent> columns_;
  std::vector<Tent> rows_;  // from the first row that is stored to the last
  bool narrow_;
  NarrowTents narrow_columns_;  // where columns_ are
  bool upside_down_;
  bool transposed_;
  std::uint32_t unit_ = 1;  // 1000 where the rows are in thousandths
  std::array<std::uint64_t, std::size_t{kGridSide} * kGridSide> sums_{};
};

}  // namespace ectype::hashing
