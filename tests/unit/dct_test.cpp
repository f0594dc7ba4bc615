#include "hashing/dct.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace {

using namespace ectype::hashing;

LumaGrid random_grid(unsigned seed) {
  std::mt19937 random(seed);
  LumaGrid grid;
  for (auto& value : grid) value = static_cast<std::int64_t>(random() % (255u << kLumaFraction));
  return grid;
}

TEST(Dct, EqualsTheDefinitionInLongDouble) {
  const long double pi = std::acos(-1.0L);
  const auto basis = [pi](std::size_t i, std::size_t j) {
    return std::sqrt(2.0L / 64) *
           std::cos(pi / 128 * static_cast<long double>((i + 1) * (2 * j + 1)));
  };
  const LumaGrid grid = random_grid(1);
  const DctBlock block = dct_16(grid);
  for (std::size_t i = 0; i < kDctSide; ++i)
    for (std::size_t j = 0; j < kDctSide; ++j) {
      long double sum = 0;
      for (std::size_t y = 0; y < kGridSide; ++y)
        for (std::size_t x = 0; x < kGridSide; ++x)
          sum += basis(i, y) * basis(j, x) * static_cast<long double>(grid[y * kGridSide + x]);
      // In units of 2^-20 gray levels, of coefficients up to 2^33 such units.
      ASSERT_NEAR(static_cast<double>(block[i * kDctSide + j]), static_cast<double>(sum), 64)
          << i << " " << j;
    }
}

TEST(Dct, FlatHasNoCoefficients) {
  LumaGrid grid;
  for (const std::int64_t level : {0, 1, 77, 255}) {
    grid.fill(level * kLumaOne);
    EXPECT_EQ(dct_16(grid), DctBlock{});
  }
}

TEST(Dct, ExtremesDoNotOverflow) {
  LumaGrid grid;
  for (std::size_t i = 0; i < grid.size(); ++i)
    grid[i] = (i / 2 + i / 128) % 2 == 0 ? 0 : 255 * kLumaOne;
  for (const std::int64_t value : dct_16(grid)) EXPECT_LT(std::abs(value), 20000 * kLumaOne);
}

TEST(Dct, NegativePictureHasNegatedCoefficients) {
  const LumaGrid grid = random_grid(2);
  LumaGrid negative;
  for (std::size_t i = 0; i < grid.size(); ++i) negative[i] = 255 * kLumaOne - grid[i];
  const DctBlock a = dct_16(grid);
  const DctBlock b = dct_16(negative);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], -b[i]);
}

}  // namespace
