#include "image/luma.hpp"

#include "support/pictures.hpp"

#include "ectype/error.hpp"
#include "ectype/image.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using namespace ectype::image;

TEST(Luma, SixteenBitsAreRoundedNotCut) {
  for (std::uint32_t value = 0; value <= 65535; ++value)
    ASSERT_EQ(to_8_bits(value, 65535), static_cast<int>(std::floor(value * 255.0 / 65535 + 0.5)));
  EXPECT_EQ(to_8_bits(1, 1), 255);
  EXPECT_EQ(to_8_bits(0xFFFFFFFF, 0xFFFFFFFF), 255);
}

TEST(Luma, OverGroundIsExactAtTheEnds) {
  for (std::uint32_t value = 0; value < 256; ++value) {
    EXPECT_EQ(over_ground(value, 255), value);
    EXPECT_EQ(over_ground(value, 0), kGround);
    for (std::uint32_t alpha = 0; alpha < 256; ++alpha)
      ASSERT_EQ(over_ground(value, alpha),
                std::floor((value * alpha + 128.0 * (255 - alpha)) / 255 + 0.5));
  }
}

TEST(Luma, CmykExtremes) {
  const std::vector<std::uint8_t> inks{0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 128, 64, 0, 100};
  std::vector<std::uint8_t> rgb(12);
  rgb_from_cmyk(inks, rgb);
  EXPECT_EQ(rgb, (std::vector<std::uint8_t>{255, 255, 255, 0, 0, 0, 0, 255, 255, 77, 116, 155}));
}

TEST(PixelView, StridesAndOrdersAreHonoured) {
  const support::Picture rgb = support::scene(37, 21, Channels::rgb);
  const auto expected = support::luma_of(rgb.image());

  PixelView bottom_up = rgb.view();
  bottom_up.data = rgb.pixels.data() + 20 * 37 * 3;
  bottom_up.row_stride = -37 * 3;
  const auto reversed = support::luma_of(Image::view(bottom_up));
  for (std::size_t y = 0; y < 21; ++y)
    for (std::size_t x = 0; x < 37; ++x)
      ASSERT_EQ(reversed[y * 37 + x], expected[(20 - y) * 37 + x]);

  std::vector<std::uint8_t> planar(rgb.pixels.size());
  for (std::size_t i = 0; i < rgb.pixels.size(); ++i)
    planar[i % 3 * 37 * 21 + i / 3] = rgb.pixels[i];
  PixelView planes = rgb.view();
  planes.data = planar.data();
  planes.row_stride = 37;
  planes.pixel_stride = 1;
  planes.channel_stride = 37 * 21;
  EXPECT_EQ(support::luma_of(Image::view(planes)), expected);

  PixelView blue_first = rgb.view();
  blue_first.data = rgb.pixels.data() + 2;
  blue_first.channel_stride = -1;
  blue_first.channels = Channels::bgr;
  EXPECT_EQ(support::luma_of(Image::view(blue_first)), expected);
}

TEST(PixelView, SixteenBits) {
  const support::Picture gray = support::scene(19, 11, Channels::gray);
  std::vector<std::uint16_t> deep;
  for (const std::uint8_t value : gray.pixels)
    deep.push_back(static_cast<std::uint16_t>(value * 257));
  PixelView view = gray.view();
  view.data = deep.data();
  view.row_stride = 38;
  view.pixel_stride = 2;
  view.bits_per_channel = 16;
  EXPECT_EQ(support::luma_of(Image::view(view)), support::luma_of(gray.image()));
}

TEST(PixelView, HiddenColoursDoNotCount) {
  support::Picture rgba = support::scene(16, 16, Channels::rgba);
  for (std::size_t i = 3; i < rgba.pixels.size(); i += 4) rgba.pixels[i] = 0;
  for (const std::uint32_t luma : support::luma_of(rgba.image())) ASSERT_EQ(luma, 128'000u);
}

TEST(PixelView, ImpossibleViewsAreRefused) {
  const support::Picture gray = support::scene(8, 8, Channels::gray);
  PixelView empty = gray.view();
  empty.width = 0;
  PixelView missing = gray.view();
  missing.data = nullptr;
  PixelView depth = gray.view();
  depth.bits_per_channel = 12;
  for (const PixelView& view : {empty, missing, depth})
    EXPECT_THROW(static_cast<void>(Image::view(view)), Error);
}

}  // namespace
