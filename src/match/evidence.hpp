#pragma once

#include "match/evidence_tables.hpp"

#include <cstdint>

namespace ectype::match {

// The rules under which the tables were made.

/// Fewer inliers are none.
inline constexpr int kLeastEvidenceInliers = 3;
/// Of a picture by the index, for its inliers to count.
inline constexpr int kLeastEvidenceCalls = 2;
/// From reference to query or back, by their longest sides; what is outside is no match: four places
/// agree by chance where a small part is blown up.
inline constexpr double kMostEvidenceScale = 5;

/// How much more probable evidence is between a picture and its modified copy than between pictures
/// that are no copies: log-likelihood ratios in hundredths of a nat. The score of a pair is their
/// sum. Where one side has no hash of sufficient quality, that hash adds nothing.
///
/// Tables alone: the same on every machine. Thread-safe.

/// Of the least Hamming distance over all variants and regions, 0 or more. Never rises.
[[nodiscard]] int log_ratio_of_pdq(int distance) noexcept;

/// Of the least squared L2 distance over all variants and regions. Never rises.
[[nodiscard]] int log_ratio_of_grid(std::uint32_t distance) noexcept;

/// Of the inliers of the vote, 0 or more; 0 too where the index did not call the picture up. Never
/// falls.
[[nodiscard]] int log_ratio_of_inliers(const LevelTables& level, int inliers) noexcept;

/// The share of unrelated pairs that have this score or more: over 0, at most 1. Never rises.
/// Outside of the table it is that of its end.
[[nodiscard]] double false_rate(const LevelTables& level, int score) noexcept;

/// The least score whose `false_rate` is at most `rate`; where none in the table is, one more than
/// the last of it.
[[nodiscard]] int score_at(const LevelTables& level, double rate) noexcept;

}  // namespace ectype::match
