#pragma once

#include "ectype/image.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace support {

/// Packed pixels of 8 bits that a test owns.
struct Picture {
  std::uint32_t width = 0, height = 0;
  ectype::Channels channels = ectype::Channels::gray;
  std::vector<std::uint8_t> pixels;

  [[nodiscard]] ectype::PixelView view() const;
  [[nodiscard]] ectype::Image image() const { return ectype::Image::view(view()); }
  [[nodiscard]] std::vector<double> luma() const;  // gray or rgb
};

/// Smooth, asymmetric and colourful, so that its hash has full quality; seeded.
Picture scene(std::uint32_t width, std::uint32_t height, ectype::Channels channels,
              unsigned seed = 1);
/// From integers alone, so that it is the same on every machine.
Picture integer_pattern(std::uint32_t width, std::uint32_t height, ectype::Channels channels);
Picture flat(std::uint32_t width, std::uint32_t height, std::uint8_t value);
Picture checkerboard(std::uint32_t side, std::uint32_t square);
Picture gradient(std::uint32_t width, std::uint32_t height);

/// The stored picture that EXIF `orientation` turns into `shown`.
Picture stored_for_orientation(const Picture& shown, int orientation);

/// Files in memory.
std::vector<std::uint8_t> to_pnm(const Picture& picture);
std::vector<std::uint8_t> to_jpeg(const Picture& picture, int quality, int orientation = 0,
                                  bool progressive = false, int restart_rows = 0);

/// All rows as thousandths of luma, row-major, in stored order.
std::vector<std::uint32_t> luma_of(const ectype::Image& image);

}  // namespace support
