#include "hashing/shown_rows.hpp"

#include "hashing/orientation.hpp"
#include "image/luma.hpp"

#include <algorithm>

namespace ectype::hashing {

ShownRows::ShownRows(const PictureShape& stored) : stored_(stored) {
  if (transposes(stored.orientation))
    turned_.resize(std::size_t{stored.width} * stored.height);
  else if (mirrors_columns(stored.orientation))
    turned_.resize(stored.width);
}

PictureShape ShownRows::shape() const noexcept {
  if (transposes(stored_.orientation)) return {stored_.height, stored_.width, 1};
  return {stored_.width, stored_.height, 1};
}

std::span<const std::uint8_t> ShownRows::gray_of(const LumaRow& row) {
  if (!row.gray.empty()) return row.gray;
  gray_.resize(stored_.width);
  image::pillow_luma(row.color, row.channels, gray_);
  return gray_;
}

void ShownRows::add(const LumaRow& row, const Sink& sink) {
  const std::span<const std::uint8_t> gray = gray_of(row);
  const std::uint32_t y = mirrors_rows(stored_.orientation) ? stored_.height - 1 - row.y : row.y;
  if (transposes(stored_.orientation)) {
    // The stored row becomes a column.
    const bool mirrored = mirrors_columns(stored_.orientation);
    std::uint8_t* out = turned_.data() + y;
    for (std::size_t x = 0; x < gray.size(); ++x, out += stored_.height)
      *out = gray[mirrored ? gray.size() - 1 - x : x];
  } else if (mirrors_columns(stored_.orientation)) {
    std::reverse_copy(gray.begin(), gray.end(), turned_.begin());
    sink({y, turned_, {}, {}, {}});
  } else {
    sink({y, gray, {}, {}, {}});
  }
}

void ShownRows::finish(const Sink& sink) {
  if (!transposes(stored_.orientation)) return;
  for (std::uint32_t x = 0; x < stored_.width; ++x)
    sink({x,
          std::span(turned_).subspan(std::size_t{x} * stored_.height, stored_.height),
          {},
          {},
          {}});
}

}  // namespace ectype::hashing
