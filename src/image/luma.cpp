#include "image/luma.hpp"

namespace ectype::image {
namespace {

template <std::size_t Step, std::size_t R, std::size_t B, bool Alpha>
void convert(const std::uint8_t* pixel, std::span<std::uint32_t> milli) {
  for (std::uint32_t& luma : milli) {
    if constexpr (Alpha) {
      const std::uint32_t alpha = pixel[3];
      luma = milli_luma(over_ground(pixel[R], alpha), over_ground(pixel[1], alpha),
                        over_ground(pixel[B], alpha));
    } else {
      luma = milli_luma(pixel[R], pixel[1], pixel[B]);
    }
    pixel += Step;
  }
}

}  // namespace

void luma_from_gray(std::span<const std::uint8_t> pixels, Channels channels,
                    std::span<std::uint8_t> gray) {
  const std::size_t step = channel_count(channels);
  for (std::size_t x = 0; x < gray.size(); ++x) {
    const std::uint8_t value = pixels[x * step];
    gray[x] = step == 1 ? value : over_ground(value, pixels[x * step + 1]);
  }
}

void luma_from_color(std::span<const std::uint8_t> pixels, Channels channels,
                     std::span<std::uint32_t> milli) {
  switch (channels) {
    case Channels::rgb:
      return convert<3, 0, 2, false>(pixels.data(), milli);
    case Channels::bgr:
      return convert<3, 2, 0, false>(pixels.data(), milli);
    case Channels::rgba:
      return convert<4, 0, 2, true>(pixels.data(), milli);
    case Channels::bgra:
      return convert<4, 2, 0, true>(pixels.data(), milli);
    case Channels::gray:
    case Channels::gray_alpha:
      return;
  }
}

void rgb_from_cmyk(std::span<const std::uint8_t> cmyk, std::span<std::uint8_t> rgb) {
  for (std::size_t x = 0; 3 * x < rgb.size(); ++x) {
    const std::uint32_t black = 255u - cmyk[4 * x + 3];
    for (std::size_t c = 0; c < 3; ++c)
      rgb[3 * x + c] = static_cast<std::uint8_t>(((255u - cmyk[4 * x + c]) * black + 127) / 255);
  }
}

}  // namespace ectype::image
