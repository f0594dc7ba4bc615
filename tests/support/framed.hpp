#pragma once

#include "support/pictures.hpp"

#include <cstdint>

namespace support {

/// Pixels beside a picture.
struct Margins {
  std::uint32_t left = 0, top = 0, right = 0, bottom = 0;
};

/// A gray picture with margins of one level.
inline Picture framed(const Picture& picture, const Margins& margins, std::uint8_t level) {
  Picture out = flat(picture.width + margins.left + margins.right,
                     picture.height + margins.top + margins.bottom, level);
  for (std::uint32_t y = 0; y < picture.height; ++y)
    for (std::uint32_t x = 0; x < picture.width; ++x)
      out.pixels[std::size_t{y + margins.top} * out.width + x + margins.left] =
          picture.pixels[std::size_t{y} * picture.width + x];
  return out;
}

}  // namespace support
