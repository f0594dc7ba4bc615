#include "hashing/area_grid.hpp"

#include "reference/gradient_grid_slow.hpp"
#include "support/pictures.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::LumaRow;
using ectype::hashing::AreaGrid;
using ectype::hashing::AreaGridBuilder;
using ectype::hashing::kAreaOne;
using support::Picture;

AreaGrid grid_of(const Picture& picture, int orientation = 1) {
  AreaGridBuilder builder(picture.width, picture.height, orientation);
  auto rows = picture.image().rows();
  for (LumaRow row; rows.next(row);) builder.add(row);
  return builder.finish();
}

std::vector<std::int32_t> values(const AreaGrid& grid) { return {grid.begin(), grid.end()}; }

TEST(AreaGrid, EqualsTheSumOverEveryPixel) {
  for (const auto& [width, height] : {std::pair{1u, 1u},
                                      {1u, 700u},
                                      {50u, 50u},
                                      {96u, 96u},
                                      {95u, 97u},
                                      {192u, 95u},
                                      {193u, 47u},
                                      {333u, 640u},
                                      {701u, 191u}}) {
    for (const Channels channels : {Channels::gray, Channels::rgb}) {
      const Picture picture = support::integer_pattern(width, height, channels);
      EXPECT_EQ(values(grid_of(picture)),
                reference::area_means(support::luma_of(picture.image()), width, height))
          << width << " x " << height;
    }
  }
}

TEST(AreaGrid, ConstantInGivesConstantOut) {
  for (const std::uint8_t value : {0, 1, 127, 200, 255}) {
    AreaGrid expected;
    expected.fill((2 * value - 255) * kAreaOne / 2);
    EXPECT_EQ(grid_of(support::flat(1003, 77, value)), expected);
  }
}

TEST(AreaGrid, OrientationEqualsTheTurnedPicture) {
  for (const auto& [width, height] : {std::pair{240u, 177u}, {60u, 61u}, {384u, 288u}}) {
    const Picture shown = support::integer_pattern(width, height, Channels::rgb);
    const AreaGrid expected = grid_of(shown);
    for (int orientation = 1; orientation <= 8; ++orientation)
      EXPECT_EQ(grid_of(support::stored_for_orientation(shown, orientation), orientation), expected)
          << orientation;
  }
}

TEST(AreaGrid, RowsMayComeInAnyOrderAndOfBothKinds) {
  const Picture picture = support::integer_pattern(301, 407, Channels::gray);
  std::vector<std::uint32_t> order(picture.height);
  for (std::uint32_t y = 0; y < picture.height; ++y) order[y] = y;
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  AreaGridBuilder builder(picture.width, picture.height, 1);
  for (const std::uint32_t y : order) {
    LumaRow row{y, {picture.pixels.data() + std::size_t{y} * picture.width, picture.width}, {}};
    std::vector<std::uint32_t> milli;
    if (y % 3 == 0) {
      for (const std::uint8_t value : row.gray) milli.push_back(value * 1000u);
      row.gray = {};
      row.milli = milli;
    }
    builder.add(row);
  }
  EXPECT_EQ(builder.finish(), grid_of(picture));
}

TEST(AreaGrid, VeryLongSidesDoNotOverflow) {
  // Past the rows whose sum 32 bits hold, and 2^32 pixels.
  const std::vector<std::uint32_t> white(2000, 255'000);
  AreaGrid expected;
  expected.fill(255 * kAreaOne / 2);
  for (const auto& [width, height] : {std::pair{7u, 1'700'000u}, {2000u, 20'000u}}) {
    AreaGridBuilder builder(width, height, 1);
    for (std::uint32_t y = 0; y < height; ++y) builder.add({y, {}, std::span(white).first(width)});
    EXPECT_EQ(builder.finish(), expected);
  }
}

}  // namespace
