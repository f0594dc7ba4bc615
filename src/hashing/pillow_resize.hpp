#pragma once

#include "hashing/resize_taps.hpp"
#include "hashing/row_shortener.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace ectype::hashing {

/// Weights take six numbers a pixel of each side: longer pictures are left alone.
inline constexpr std::uint32_t kLongestSide = 1 << 18;

/// Resizes a gray picture of 8 bits while its rows stream through, each once and in any order, to
/// the bytes that Pillow's `Image.resize` gives: in two passes, each rounded to 8 bits. Rows are
/// shortened first, but where the height shrinks by more than twice as many pixels as the width
/// columns are, as Pillow does since its version 13 (before, rows always came first).
///
/// Holds as many unfinished output rows as the order of the input demands: from top to bottom or
/// bottom to top half a dozen.
class PillowResize {
 public:
  /// Gets the output rows, each once, as they are finished.
  using Sink = std::function<void(std::uint32_t y, std::span<const std::uint8_t> row)>;

  struct Size {
    std::uint32_t width = 0, height = 0;
  };
  PillowResize(Size from, Size to, ResizeFilter filter);

  void add(std::uint32_t y, std::span<const std::uint8_t> row, const Sink& sink);

 private:
  /// An output row at work.
  struct Sums {
    std::vector<std::int32_t> sums;
    std::uint32_t seen = 0;  // input rows
  };

  std::span<const std::uint8_t> shorten(std::span<const std::uint8_t> row);
  template <typename Next>
  void add_to_columns(std::uint32_t y, std::span<const std::uint8_t> row, Next next);

  bool columns_first_;
  std::optional<RowShortener> shortener_;  // none where the width stays
  std::vector<ResizeTaps> rows_;           // empty where the height stays
  std::vector<Sums> at_work_;              // by output row
  std::vector<std::uint8_t> finished_;
};

/// A small picture that a larger one was resized to.
class Thumbnail {
 public:
  Thumbnail(PillowResize::Size from, PillowResize::Size to, ResizeFilter filter)
      : width_(to.width), pixels_(std::size_t{to.width} * to.height), resize_(from, to, filter) {}

  void add(std::uint32_t y, std::span<const std::uint8_t> row) {
    resize_.add(y, row, [this](std::uint32_t at, std::span<const std::uint8_t> reduced) {
      std::copy(reduced.begin(), reduced.end(), pixels_.begin() + std::ptrdiff_t{at} * width_);
    });
  }
  /// Row by row; complete after the last row.
  [[nodiscard]] std::span<const std::uint8_t> pixels() const noexcept { return pixels_; }

 private:
  std::ptrdiff_t width_;
  std::vector<std::uint8_t> pixels_;
  PillowResize resize_;
};

}  // namespace ectype::hashing
