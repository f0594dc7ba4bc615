#pragma once

#include "ectype/pixels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ectype::image {

/// The usual ground under transparent pixels, and the value of pixels that a damaged file does not
/// hold.
inline constexpr std::uint8_t kGround = 128;

/// round(v * 255 / max) for 0 <= v <= max <= 2^32 - 1.
constexpr std::uint8_t to_8_bits(std::uint64_t value, std::uint64_t max) noexcept {
  return static_cast<std::uint8_t>((value * 510 + max) / (2 * max));
}

/// One 8-bit channel composited on a ground, rounded.
constexpr std::uint8_t over_ground(std::uint32_t value, std::uint32_t alpha,
                                   std::uint8_t ground = kGround) noexcept {
  return static_cast<std::uint8_t>((value * alpha + ground * (255 - alpha) + 127) / 255);
}
/// The same where the value is multiplied by alpha already.
constexpr std::uint8_t over_ground_premultiplied(std::uint32_t value, std::uint32_t alpha,
                                                 std::uint8_t ground = kGround) noexcept {
  const std::uint32_t sum = value + (ground * (255 - alpha) + 127) / 255;
  return static_cast<std::uint8_t>(sum < 255 ? sum : 255);
}

constexpr std::uint32_t milli_luma(std::uint32_t r, std::uint32_t g, std::uint32_t b) noexcept {
  return 299 * r + 587 * g + 114 * b;
}

constexpr std::size_t channel_count(Channels channels) noexcept {
  switch (channels) {
    case Channels::gray:
      return 1;
    case Channels::gray_alpha:
      return 2;
    case Channels::rgb:
    case Channels::bgr:
      return 3;
    case Channels::rgba:
    case Channels::bgra:
      return 4;
  }
  return 0;
}

/// True for channels whose luma is 8 bits (written to `gray`), false where it is `milli`.
constexpr bool is_gray(Channels channels) noexcept {
  return channels == Channels::gray || channels == Channels::gray_alpha;
}

/// Packed 8-bit pixels of `Channels::gray` or `gray_alpha` to 8-bit luma, on the ground.
void luma_from_gray(std::span<const std::uint8_t> pixels, Channels channels,
                    std::span<std::uint8_t> gray, std::uint8_t ground = kGround);
/// Packed 8-bit pixels of the colour kinds to exact luma, on the ground.
void luma_from_color(std::span<const std::uint8_t> pixels, Channels channels,
                     std::span<std::uint32_t> milli, std::uint8_t ground = kGround);
/// The same pixels to the 8-bit luma of Pillow's `convert("L")`: (19595 R + 38470 G + 7471 B +
/// 2^15) / 2^16, on kGround.
void pillow_luma(std::span<const std::uint8_t> pixels, Channels channels,
                 std::span<std::uint8_t> gray);
/// Inks of 0 (none) to 255 (full), four bytes a pixel, to packed RGB: R = (255 - C)(255 - K) / 255,
/// rounded.
void rgb_from_cmyk(std::span<const std::uint8_t> cmyk, std::span<std::uint8_t> rgb);

}  // namespace ectype::image
