#include "image/luma.hpp"

namespace ectype::image {
namespace {

std::uint8_t pillow_luma_of(std::uint32_t r, std::uint32_t g, std::uint32_t b) {
  return static_cast<std::uint8_t>((19595 * r + 38470 * g + 7471 * b + (1u << 15)) >> 16);
}

template <std::size_t Step, std::size_t R, std::size_t B, bool Alpha, typename Luma,
          typename Formula>
void convert(const std::uint8_t* pixel, std::span<Luma> row, std::uint8_t ground, Formula formula) {
  for (Luma& luma : row) {
    if constexpr (Alpha) {
      const std::uint32_t alpha = pixel[3];
      luma = formula(over_ground(pixel[R], alpha, ground), over_ground(pixel[1], alpha, ground),
                     over_ground(pixel[B], alpha, ground));
    } else {
      luma = formula(pixel[R], pixel[1], pixel[B]);
    }
    pixel += Step;
  }
}

/// Of the colour kinds; leaves the row alone for the others.
template <typename Luma, typename Formula>
void convert(std::span<const std::uint8_t> pixels, Channels channels, std::span<Luma> row,
             std::uint8_t ground, Formula formula) {
  switch (channels) {
    case Channels::rgb:
      return convert<3, 0, 2, false>(pixels.data(), row, ground, formula);
    case Channels::bgr:
      return convert<3, 2, 0, false>(pixels.data(), row, ground, formula);
    case Channels::rgba:
      return convert<4, 0, 2, true>(pixels.data(), row, ground, formula);
    case Channels::bgra:
      return convert<4, 2, 0, true>(pixels.data(), row, ground, formula);
    case Channels::gray:
    case Channels::gray_alpha:
      return;
  }
}

}  // namespace

void luma_from_gray(std::span<const std::uint8_t> pixels, Channels channels,
                    std::span<std::uint8_t> gray, std::uint8_t ground) {
  const std::size_t step = channel_count(channels);
  for (std::size_t x = 0; x < gray.size(); ++x) {
    const std::uint8_t value = pixels[x * step];
    gray[x] = step == 1 ? value : over_ground(value, pixels[x * step + 1], ground);
  }
}

void luma_from_color(std::span<const std::uint8_t> pixels, Channels channels,
                     std::span<std::uint32_t> milli, std::uint8_t ground) {
  convert(pixels, channels, milli, ground,
          [](auto r, auto g, auto b) { return milli_luma(r, g, b); });
}

void pillow_luma(std::span<const std::uint8_t> pixels, Channels channels,
                 std::span<std::uint8_t> gray) {
  convert(pixels, channels, gray, kGround,
          [](auto r, auto g, auto b) { return pillow_luma_of(r, g, b); });
}

void rgb_from_cmyk(std::span<const std::uint8_t> cmyk, std::span<std::uint8_t> rgb) {
  for (std::size_t x = 0; 3 * x < rgb.size(); ++x) {
    const std::uint32_t black = 255u - cmyk[4 * x + 3];
    for (std::size_t c = 0; c < 3; ++c)
      rgb[3 * x + c] = static_cast<std::uint8_t>(((255u - cmyk[4 * x + c]) * black + 127) / 255);
  }
}

}  // namespace ectype::image
