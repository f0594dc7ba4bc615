#pragma once

#include "ectype/image.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::hashing {

inline constexpr std::uint32_t kAreaSide = 96;
inline constexpr std::int32_t kAreaOne = 256;  ///< one of 255 levels

/// The means of 96 x 96 equal parts of a picture, [row * 96 + column], less mid-gray: -127.5 to
/// 127.5 times kAreaOne.
using AreaGrid = std::array<std::int32_t, std::size_t{kAreaSide} * kAreaSide>;

/// Reduces (or enlarges) a picture to an AreaGrid, aspect ignored, while its rows stream through,
/// in any order. Sums are exact integers and each mean is rounded once, half away from mid-gray: a
/// mirrored or turned picture has exactly the mirrored or turned grid, an inverted one the negated.
class AreaGridBuilder {
 public:
  /// `width` and `height` in stored pixels.
  AreaGridBuilder(std::uint32_t width, std::uint32_t height, int orientation);

  void add(const LumaRow& row);
  [[nodiscard]] AreaGrid finish() const;

 private:
  /// The pixels that a column of the grid covers, and how much of the outer two it does not.
  struct Span {
    std::uint32_t first, last;
    std::uint32_t before, after;  // in 96ths of a pixel
  };
  using Sums = std::array<std::uint64_t, std::size_t{kAreaSide} * kAreaSide>;

  template <typename Luma>
  void add_values(std::uint32_t y, std::span<const Luma> values, std::uint32_t unit);
  template <typename Luma>
  void add_columns(std::span<const Luma> values, std::uint64_t weight, std::uint64_t* out) const;
  void add_pending(Sums& sums) const;

  std::uint32_t width_, height_;
  int orientation_;
  std::vector<Span> columns_;
  Sums sums_{};  // thousandths of luma, times 96ths of pixels along both axes

  // Rows that lie whole in one row of the grid have equal weights: they are added up first.
  std::vector<std::uint32_t> pending_;
  std::uint32_t pending_rows_ = 0;
  std::uint32_t pending_band_ = 0;  // the row of the grid
  std::uint32_t pending_unit_ = 1;  // thousandths of luma that one stands for
};

}  // namespace ectype::hashing
