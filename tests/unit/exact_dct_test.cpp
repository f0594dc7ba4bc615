#include "hashing/exact_dct.hpp"

#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace {

using ectype::hashing::exact_dct;
using ectype::hashing::Int128;
using ectype::hashing::kExactDctBits;
using ectype::hashing::kExactDctNoise;

std::vector<std::uint8_t> random_levels(std::size_t side, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> levels(side * side);
  for (std::uint8_t& level : levels) level = static_cast<std::uint8_t>(random());
  return levels;
}

long double as_number(Int128 value) {
  return std::ldexp(static_cast<long double>(value), -kExactDctBits);
}

/// The definition, term by term.
long double slow_dct(const std::vector<std::uint8_t>& levels, std::size_t side, std::size_t row,
                     std::size_t column) {
  const auto cosine = [side](std::size_t k, std::size_t n) {
    const std::size_t phase = k * (2 * n + 1) % (4 * side);
    return std::cos(std::numbers::pi_v<long double> * static_cast<long double>(phase) /
                    static_cast<long double>(2 * side));
  };
  long double sum = 0;
  for (std::size_t y = 0; y < side; ++y)
    for (std::size_t x = 0; x < side; ++x)
      sum += levels[y * side + x] * cosine(row, y) * cosine(column, x);
  return sum;
}

// Each constant of the table takes part.
TEST(ExactDct, EqualsTheDefinition) {
  for (const std::size_t side : {32u, 64u}) {
    const auto levels = random_levels(side, static_cast<unsigned>(side));
    const std::size_t count = side / 4;
    const auto block = exact_dct(levels, side, count);
    ASSERT_EQ(block.size(), count * count);
    for (std::size_t row = 0; row < count; ++row)
      for (std::size_t column = 0; column < count; ++column)
        EXPECT_NEAR(static_cast<double>(as_number(block[row * count + column]) -
                                        slow_dct(levels, side, row, column)),
                    0, 1e-10);
  }
}

TEST(ExactDct, FlatPicturesHaveAConstantTermAndNothingElse) {
  for (const std::uint8_t level : {0, 1, 128, 255}) {
    const auto block = exact_dct(std::vector<std::uint8_t>(64 * 64, level), 64, 16);
    EXPECT_EQ(block[0], Int128{level} * (64 * 64) << kExactDctBits);
    for (std::size_t i = 1; i < block.size(); ++i) EXPECT_TRUE(block[i] == 0) << i;
  }
}

TEST(ExactDct, TermsThatSymmetryForbidsAreExactlyZero) {
  auto levels = random_levels(32, 7);
  for (std::size_t y = 0; y < 32; ++y)
    for (std::size_t x = 0; x < 16; ++x) levels[y * 32 + 31 - x] = levels[y * 32 + x];
  const auto block = exact_dct(levels, 32, 8);
  for (std::size_t i = 1; i < block.size(); i += 2) EXPECT_TRUE(block[i] == 0) << i;
}

TEST(ExactDct, MedianOfAnEvenNumberIsTheMeanOfTwo) {
  EXPECT_TRUE(ectype::hashing::twice_median(std::vector<Int128>{9, -3, 4, 100}) == 13);
  EXPECT_LT(static_cast<double>(as_number(kExactDctNoise)), 1e-9);
}

}  // namespace
