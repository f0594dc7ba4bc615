#pragma once

#include "image/luma.hpp"

#include "ectype/image.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ectype::image {

/// The row of luma that a decoder hands out, made from packed 8-bit pixels.
class LumaBuffer {
 public:
  /// `pixels`: width * channel_count(channels) bytes, which the row refers to.
  LumaRow convert(std::uint32_t y, std::span<const std::uint8_t> pixels, Channels channels,
                  std::uint8_t ground) {
    const std::size_t width = pixels.size() / channel_count(channels);
    if (channels == Channels::gray) return {y, pixels, {}, {}, {}};
    if (channels == Channels::gray_alpha) {
      gray_.resize(width);
      luma_from_gray(pixels, channels, gray_, ground);
      return {y, gray_, {}, {}, {}};
    }
    milli_.resize(width);
    luma_from_color(pixels, channels, milli_, ground);
    return {y, {}, milli_, pixels, channels};
  }

 private:
  std::vector<std::uint8_t> gray_;
  std::vector<std::uint32_t> milli_;
};

}  // namespace ectype::image
