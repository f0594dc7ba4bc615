#include "hashing/pillow_resize.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace {

using ectype::hashing::kTapBits;
using ectype::hashing::make_resize_taps;
using ectype::hashing::PillowResize;
using ectype::hashing::ResizeFilter;
using ectype::hashing::ResizeTaps;
using Size = PillowResize::Size;

struct Gray {
  Size size;
  std::vector<std::uint8_t> pixels;
  [[nodiscard]] std::uint8_t at(std::uint32_t x, std::uint32_t y) const {
    return pixels[std::size_t{y} * size.width + x];
  }
};

Gray noise(Size size, unsigned seed = 1) {
  std::mt19937 random(seed);
  Gray picture{size, std::vector<std::uint8_t>(std::size_t{size.width} * size.height)};
  for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(random());
  return picture;
}

/// One pass, plainly: `pixel(i)` is input i of the line.
template <typename Pixel>
std::uint8_t weigh(const ResizeTaps& taps, Pixel pixel) {
  std::int64_t sum = std::int64_t{1} << (kTapBits - 1);
  for (std::uint32_t i = 0; i < taps.weights.size(); ++i)
    sum += std::int64_t{taps.weights[i]} * pixel(taps.first + i);
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> kTapBits, 0, 255));
}

Gray shorten_rows(const Gray& from, std::uint32_t width, ResizeFilter filter) {
  if (width == from.size.width) return from;
  Gray to{{width, from.size.height}, {}};
  const auto taps = make_resize_taps(from.size.width, width, filter);
  for (std::uint32_t y = 0; y < from.size.height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      to.pixels.push_back(weigh(taps[x], [&](std::uint32_t i) { return from.at(i, y); }));
  return to;
}

Gray shorten_columns(const Gray& from, std::uint32_t height, ResizeFilter filter) {
  if (height == from.size.height) return from;
  Gray to{{from.size.width, height}, {}};
  const auto taps = make_resize_taps(from.size.height, height, filter);
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < from.size.width; ++x)
      to.pixels.push_back(weigh(taps[y], [&](std::uint32_t i) { return from.at(x, i); }));
  return to;
}

std::vector<std::uint8_t> resize(const Gray& from, Size to, ResizeFilter filter,
                                 const std::vector<std::uint32_t>& order) {
  ectype::hashing::Thumbnail thumbnail(from.size, to, filter);
  for (const std::uint32_t y : order)
    thumbnail.add(
        y, std::span(from.pixels).subspan(std::size_t{y} * from.size.width, from.size.width));
  return {thumbnail.pixels().begin(), thumbnail.pixels().end()};
}

TEST(PillowResize, EqualsTwoPlainPassesInWhateverOrderRowsCome) {
  const struct {
    Size from, to;
    bool columns_first;
  } cases[] = {
      {{257, 190}, {32, 32}, false}, {{190, 528}, {32, 32}, true},   {{9, 100}, {32, 32}, true},
      {{5, 3}, {64, 64}, false},     {{1, 1}, {8, 8}, false},        {{32, 32}, {32, 32}, false},
      {{32, 700}, {32, 32}, true},   {{700, 32}, {32, 32}, false},   {{3000, 7}, {9, 8}, false},
      {{201, 101}, {64, 64}, false}, {{130, 164}, {128, 128}, true}, {{65, 97}, {33, 33}, false},
  };
  for (const auto& [from, to, columns_first] : cases) {
    for (const ResizeFilter filter : {ResizeFilter::lanczos, ResizeFilter::bicubic}) {
      const Gray picture = noise(from, from.width);
      const Gray expected =
          columns_first
              ? shorten_rows(shorten_columns(picture, to.height, filter), to.width, filter)
              : shorten_columns(shorten_rows(picture, to.width, filter), to.height, filter);
      std::vector<std::uint32_t> order(from.height);
      std::iota(order.begin(), order.end(), 0u);
      EXPECT_EQ(resize(picture, to, filter, order), expected.pixels) << from.width << from.height;
      std::reverse(order.begin(), order.end());
      EXPECT_EQ(resize(picture, to, filter, order), expected.pixels) << from.width << from.height;
      std::shuffle(order.begin(), order.end(), std::mt19937(3));
      EXPECT_EQ(resize(picture, to, filter, order), expected.pixels) << from.width << from.height;
    }
  }
}

TEST(PillowResize, ConstantInGivesConstantOut) {
  for (const std::uint8_t level : {0, 1, 77, 254, 255}) {
    Gray flat = noise({300, 211});
    std::fill(flat.pixels.begin(), flat.pixels.end(), level);
    std::vector<std::uint32_t> order(211);
    std::iota(order.begin(), order.end(), 0u);
    for (const Size to : {Size{8, 8}, Size{17, 16}, Size{128, 128}, Size{512, 512}})
      for (const std::uint8_t pixel : resize(flat, to, ResizeFilter::lanczos, order))
        ASSERT_EQ(pixel, level);
  }
}

// Written down once; the weights must not depend on a library's sine.
TEST(ResizeTaps, GoldenWeights) {
  const auto taps = make_resize_taps(257, 32, ResizeFilter::lanczos);
  EXPECT_EQ(taps[0].first, 0u);
  EXPECT_EQ(taps[0].weights,
            (std::vector<std::int32_t>{386730, 466806, 525869, 557416, 557911, 527298, 469010,
                                       389469, 297173, 201505, 111474, 34562,  -24114, -62251,
                                       -80342, -81257, -69504, -50337, -28860, -9280,  5573,
                                       14434,  17476,  15961,  11749,  6787,   2671,   374}));
  const auto cubic = make_resize_taps(10, 4, ResizeFilter::bicubic);
  EXPECT_EQ(cubic[1].first, 0u);
  EXPECT_EQ(std::accumulate(cubic[1].weights.begin(), cubic[1].weights.end(), 0), 1 << kTapBits);
}

TEST(ResizeTaps, AreTheDefinitionRounded) {
  const auto sinc = [](double x) {
    return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
  };
  for (const auto& [from, to] : {std::pair{4000u, 32u}, {1000u, 999u}, {7u, 64u}, {3u, 8u}}) {
    const double scale = static_cast<double>(from) / to;
    const double stretch = std::max(1.0, scale);
    const auto taps = make_resize_taps(from, to, ResizeFilter::lanczos);
    for (std::uint32_t o = 0; o < to; ++o) {
      std::vector<double> weights;
      for (std::uint32_t i = 0; i < taps[o].weights.size(); ++i) {
        const double x = (taps[o].first + i + 0.5 - (o + 0.5) * scale) / stretch;
        weights.push_back(std::abs(x) <= 3 ? sinc(x) * sinc(x / 3) : 0);
      }
      const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
      for (std::size_t i = 0; i < weights.size(); ++i)
        ASSERT_NEAR(taps[o].weights[i], weights[i] / sum * (1 << kTapBits), 0.50001);
    }
  }
}

}  // namespace
