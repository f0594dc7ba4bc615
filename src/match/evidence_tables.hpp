#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ectype::match {

/// What the keypoints of a level tell, and how its scores of unrelated pictures lie.
struct LevelTables {
  static constexpr int kFirstScore = -800;
  static constexpr int kScoreStep = 25;
  static constexpr std::size_t kRates = 193;

  std::array<std::int16_t, 41> inliers;  ///< by their number, the last for more
  /// `rates[i]`: the share of unrelated pairs whose score is `kFirstScore + i * kScoreStep` or
  /// more.
  std::array<double, kRates> rates;
};

/// Log-likelihood ratios in hundredths of a nat. Written by bench/robustness/fit.py into
/// evidence_tables.cpp, whose head says from what.
struct EvidenceTables {
  static constexpr std::uint32_t kGridStep = 5000;

  std::array<std::int16_t, 129> pdq;   ///< by Hamming distance, the last for more
  std::array<std::int16_t, 131> grid;  ///< by squared L2 over `kGridStep`, the last for more
  LevelTables standard;
  LevelTables thorough;
};

extern const EvidenceTables kEvidenceTables;

}  // namespace ectype::match
