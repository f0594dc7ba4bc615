#include "match/evidence.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace {

namespace match = ectype::match;
using match::EvidenceTables;
using match::kEvidenceTables;
using match::LevelTables;

const std::array<const LevelTables*, 2> kLevels{&kEvidenceTables.standard,
                                                &kEvidenceTables.thorough};
constexpr int kLastScore = LevelTables::kFirstScore +
                           LevelTables::kScoreStep * (static_cast<int>(LevelTables::kRates) - 1);

TEST(Evidence, NearerNeverSaysLess) {
  for (int distance = 1; distance <= 256; ++distance)
    EXPECT_LE(match::log_ratio_of_pdq(distance), match::log_ratio_of_pdq(distance - 1));
  for (std::uint32_t distance = 100; distance < 700'000; distance += 100)
    EXPECT_LE(match::log_ratio_of_grid(distance), match::log_ratio_of_grid(distance - 100));
  for (const LevelTables* level : kLevels)
    for (int inliers = 1; inliers <= 130; ++inliers)
      EXPECT_GE(match::log_ratio_of_inliers(*level, inliers),
                match::log_ratio_of_inliers(*level, inliers - 1));
}

TEST(Evidence, SpeaksForCopiesWhereNearAndAgainstThemWhereFar) {
  EXPECT_GT(match::log_ratio_of_pdq(0), 0);
  EXPECT_LT(match::log_ratio_of_pdq(128), 0);
  EXPECT_GT(match::log_ratio_of_grid(0), 0);
  EXPECT_LT(match::log_ratio_of_grid(650'000), 0);
  for (const LevelTables* level : kLevels) {
    EXPECT_LT(match::log_ratio_of_inliers(*level, 0), 0);
    EXPECT_GT(match::log_ratio_of_inliers(*level, 5), 0);
  }
}

TEST(Evidence, BeyondTheTablesIsTheirEnd) {
  EXPECT_EQ(match::log_ratio_of_pdq(256), kEvidenceTables.pdq.back());
  EXPECT_EQ(match::log_ratio_of_grid(650'000), kEvidenceTables.grid.back());
  EXPECT_EQ(match::log_ratio_of_grid(std::numeric_limits<std::uint32_t>::max()),
            kEvidenceTables.grid.back());
  for (const LevelTables* level : kLevels) {
    EXPECT_EQ(match::log_ratio_of_inliers(*level, 128), level->inliers.back());
    EXPECT_EQ(match::false_rate(*level, std::numeric_limits<int>::min()), level->rates.front());
    EXPECT_EQ(match::false_rate(*level, std::numeric_limits<int>::max()), level->rates.back());
  }
}

TEST(Evidence, InterpolatesGridBetweenPlaces) {
  constexpr std::uint32_t step = EvidenceTables::kGridStep;
  for (std::size_t i = 0; i + 1 < kEvidenceTables.grid.size(); ++i) {
    const auto place = static_cast<std::uint32_t>(i) * step;
    EXPECT_EQ(match::log_ratio_of_grid(place), kEvidenceTables.grid[i]);
    const int middle = match::log_ratio_of_grid(place + step / 2);
    EXPECT_NEAR(middle, (kEvidenceTables.grid[i] + kEvidenceTables.grid[i + 1]) / 2.0, 1);
  }
}

TEST(Evidence, HigherScoresAreRarer) {
  for (const LevelTables* level : kLevels) {
    EXPECT_LE(level->rates.front(), 1);
    EXPECT_GT(level->rates.back(), 0);
    for (int score = LevelTables::kFirstScore; score <= kLastScore; ++score)
      EXPECT_LE(match::false_rate(*level, score), match::false_rate(*level, score - 1));
  }
}

TEST(Evidence, ScoreAtIsTheInverseOfTheRate) {
  for (const LevelTables* level : kLevels) {
    for (const double rate : {1e-2, 1e-4, 1e-6, 1e-8, 1e-10}) {
      const int score = match::score_at(*level, rate);
      EXPECT_LE(match::false_rate(*level, score), rate);
      EXPECT_GT(match::false_rate(*level, score - 1), rate);
    }
    EXPECT_EQ(match::score_at(*level, 1), LevelTables::kFirstScore);
    EXPECT_EQ(match::score_at(*level, 0), kLastScore + 1);
  }
}

}  // namespace
