#include "match/distance_tails.hpp"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace {

namespace match = ectype::match;
using match::DistanceTail;

TEST(DistanceTails, RiseFromOverZeroToATenth) {
  ASSERT_FALSE(match::distance_tails().empty());
  for (const DistanceTail& tail : match::distance_tails()) {
    EXPECT_GT(tail.rates.front(), 0) << tail.algorithm;
    EXPECT_GE(tail.rates.back(), 0.1) << tail.algorithm;
    EXPECT_LE(tail.rates.back(), 1) << tail.algorithm;
    double before = 0;
    for (std::uint32_t d = 0; d < tail.rates.size() * tail.step; d += (tail.step + 2) / 3) {
      const double rate = match::unrelated_rate(tail, d);
      EXPECT_GE(rate, before) << tail.algorithm << " at " << d;
      before = rate;
    }
    EXPECT_EQ(match::unrelated_rate(tail, std::numeric_limits<std::uint32_t>::max()),
              tail.rates.back());
  }
}

TEST(DistanceTails, MoreProbesComeNearer) {
  for (const auto& [algorithm, distance] :
       {std::pair{"pdq", std::uint32_t{88}}, std::pair{"gradient_grid", std::uint32_t{200'000}}}) {
    const DistanceTail* one = match::find_distance_tail(algorithm, 1, false);
    const DistanceTail* eight = match::find_distance_tail(algorithm, 8, false);
    const DistanceTail* all = match::find_distance_tail(algorithm, 16, true);
    ASSERT_TRUE(one && eight && all);
    EXPECT_EQ(eight->probes, 8);
    EXPECT_TRUE(all->with_regions);
    EXPECT_LT(match::unrelated_rate(*one, distance), match::unrelated_rate(*eight, distance));
    EXPECT_LT(match::unrelated_rate(*eight, distance), match::unrelated_rate(*all, distance));
  }
}

TEST(DistanceTails, FindsTheNextLargerNumberOfProbes) {
  EXPECT_EQ(match::find_distance_tail("pdq", 2, false)->probes, 8);
  EXPECT_EQ(match::find_distance_tail("pdq", 9, false)->probes, 16);
  EXPECT_TRUE(match::find_distance_tail("pdq", 1000, false)->with_regions);
  EXPECT_EQ(match::find_distance_tail("phash", 8, true)->probes, 1);
  EXPECT_EQ(match::find_distance_tail("nothing", 1, false), nullptr);
}

TEST(DistanceTails, InterpolatesBetweenSteps) {
  const DistanceTail& tail = *match::find_distance_tail("gradient_grid", 1, false);
  for (std::uint32_t i = 0; i + 1 < tail.rates.size(); ++i) {
    EXPECT_EQ(match::unrelated_rate(tail, i * tail.step), tail.rates[i]);
    EXPECT_NEAR(match::unrelated_rate(tail, i * tail.step + tail.step / 2),
                (tail.rates[i] + tail.rates[i + 1]) / 2, 1e-12);
  }
}

}  // namespace
