#include "hashing/tent.hpp"

#include "hashing/narrow_tents.hpp"
#include "reference/pdq_float.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace {

using ectype::hashing::kGridSide;
using ectype::hashing::make_tents;
using ectype::hashing::NarrowTents;
using ectype::hashing::Tent;

std::vector<double> ramp(std::uint32_t length) {
  std::vector<double> values(length);
  for (std::uint32_t i = 0; i < length; ++i) values[i] = (i * 7919u) % 256;
  return values;
}

double sample(const Tent& tent, const std::vector<double>& values) {
  double sum = 0;
  for (std::size_t i = 0; i < tent.weights.size(); ++i)
    sum += tent.weights[i] * values[tent.first + i];
  return sum / static_cast<double>(tent.denominator);
}

TEST(Tent, WeightsSumToTheDenominator) {
  for (std::uint32_t length : {5u, 63u, 64u, 65u, 127u, 128u, 129u, 1000u, 1023u, 4000u, 12801u,
                               20000u, 65535u, 400000u, 5'000'000u})
    for (const Tent& tent : make_tents(length, false, 1)) {
      ASSERT_EQ(std::accumulate(tent.weights.begin(), tent.weights.end(), std::uint64_t{0}),
                tent.denominator)
          << length;
      ASSERT_LE(tent.first + tent.weights.size(), length);
    }
}

TEST(Tent, EqualsTheTwoBoxesAtEveryLength) {
  for (std::uint32_t length = 5; length < 1500; length += length < 300 ? 1 : 37) {
    const auto values = ramp(length);
    const auto filtered = reference::jarosz_line(values);
    const auto tents = make_tents(length, false, 1);
    ASSERT_EQ(tents.size(), kGridSide);
    for (std::size_t i = 0; i < kGridSide; ++i)
      ASSERT_NEAR(sample(tents[i], values),
                  filtered[static_cast<std::size_t>((i + 0.5) * length / 64)], 1e-9)
          << length << " " << i;
  }
}

// Where the exact weights of a clipped window would be too large, they are rounded.
TEST(Tent, LongAxesAreNearlyExact) {
  for (const std::uint32_t length : {20001u, 65535u, 300001u}) {
    const auto values = ramp(length);
    const auto filtered = reference::jarosz_line(values);
    const auto tents = make_tents(length, false, 1);
    for (std::size_t i = 0; i < kGridSide; ++i)
      ASSERT_NEAR(sample(tents[i], values),
                  filtered[static_cast<std::size_t>((i + 0.5) * length / 64)], 2e-3)
          << length << " " << i;
  }
}

// A LumaGrid sums 255000 * weight of the row * weight of the column in 64 bits; pictures have 2^32
// pixels at most.
TEST(Tent, TheLargestPicturesFitSixtyFourBits) {
  __extension__ using Wide = unsigned __int128;
  const auto largest = [](std::uint32_t length) {
    std::uint64_t most = 0;
    for (const Tent& tent : make_tents(length, false, 1)) most = std::max(most, tent.denominator);
    return most;
  };
  for (std::uint32_t side = 64; side <= 65536; side += side < 15000 ? 64 : 997) {
    const std::uint64_t other = std::min<std::uint64_t>((std::uint64_t{1} << 32) / side, 1u << 26);
    // What `make_tents` never exceeds; it takes long to make the real ones for every length.
    const std::uint64_t window = (other + 127) / 128;
    const std::uint64_t bound = std::max(window * window, std::uint64_t{1} << 20);
    ASSERT_LT(Wide{largest(side)} * bound * 255'000, Wide{1} << 64) << side;
  }
  const std::uint32_t wide = 332'000;  // the worst of them
  ASSERT_LT(Wide{largest(12929)} * largest(wide) * 255'000, Wide{1} << 64);
}

TEST(NarrowTents, SumAsTheTentsDo) {
  int narrow = 0;
  for (const std::uint32_t shrink : {1u, 2u, 8u})
    for (std::uint32_t length = 5; length < 40'000; length += length < 300 ? 1 : length / 9)
      for (const bool mirrored : {false, true}) {
        const auto tents = make_tents(length, mirrored, shrink);
        if (!NarrowTents::fit(tents)) continue;
        ++narrow;
        // Of exactly the length that the row has, so that a sanitizer sees what is read beyond it.
        std::vector<std::uint8_t> row((length + shrink - 1) / shrink);
        for (std::size_t i = 0; i < row.size(); ++i)
          row[i] = static_cast<std::uint8_t>(255 - i * 7919 % (i % 5 == 0 ? 3 : 256));
        std::array<std::uint32_t, kGridSide> sums{};
        NarrowTents(tents).sum(row.data(), sums);
        for (std::size_t o = 0; o < kGridSide; ++o) {
          std::uint64_t sum = 0;
          for (std::size_t i = 0; i < tents[o].weights.size(); ++i)
            sum += std::uint64_t{tents[o].weights[i]} * row[tents[o].first + i];
          ASSERT_EQ(sums[o], sum) << length << " " << shrink << " " << mirrored << " " << o;
        }
      }
  EXPECT_GT(narrow, 1000);
}

TEST(Tent, MirroredReadsTheInputBackwards) {
  for (const std::uint32_t length : {5u, 100u, 640u, 641u}) {
    auto values = ramp(length);
    const auto plain = make_tents(length, false, 1);
    const auto mirrored = make_tents(length, true, 1);
    const auto backwards = std::vector<double>(values.rbegin(), values.rend());
    for (std::size_t i = 0; i < kGridSide; ++i)
      ASSERT_DOUBLE_EQ(sample(mirrored[i], backwards), sample(plain[i], values));
  }
}

TEST(Tent, ShrunkStandsForTheMeanOfNeighbours) {
  const std::uint32_t length = 1003;
  const std::uint32_t shrink = 4;
  std::vector<double> reduced((length + shrink - 1) / shrink);
  for (std::size_t i = 0; i < reduced.size(); ++i) reduced[i] = (i * 31) % 200;
  std::vector<double> values(length);
  for (std::uint32_t i = 0; i < length; ++i) values[i] = reduced[i / shrink];
  const auto tents = make_tents(length, false, 1);
  const auto shrunk = make_tents(length, false, shrink);
  for (std::size_t i = 0; i < kGridSide; ++i)
    ASSERT_DOUBLE_EQ(sample(shrunk[i], reduced), sample(tents[i], values));
}

}  // namespace
