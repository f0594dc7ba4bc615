#include "match/evidence.hpp"

#include <algorithm>
#include <cstddef>

namespace ectype::match {
namespace {

constexpr int kLastScore =
    LevelTables::kFirstScore + LevelTables::kScoreStep * (int{LevelTables::kRates} - 1);

template <typename Table>
int entry_at(const Table& table, int index) {
  const auto last = static_cast<int>(table.size()) - 1;
  return table[static_cast<std::size_t>(std::clamp(index, 0, last))];
}

}  // namespace

int log_ratio_of_pdq(int distance) noexcept { return entry_at(kEvidenceTables.pdq, distance); }

int log_ratio_of_grid(std::uint32_t distance) noexcept {
  constexpr std::uint32_t step = EvidenceTables::kGridStep;
  const auto& table = kEvidenceTables.grid;
  const std::size_t before = distance / step;
  if (before + 1 >= table.size()) return table.back();
  const int beyond = static_cast<int>(distance % step);
  const int fall = table[before] - table[before + 1];  // 0 or more: rounded towards the nearer
  return table[before] - fall * beyond / static_cast<int>(step);
}

int log_ratio_of_inliers(const LevelTables& level, int inliers) noexcept {
  return entry_at(level.inliers, inliers);
}

double false_rate(const LevelTables& level, int score) noexcept {
  if (score <= LevelTables::kFirstScore) return level.rates.front();
  if (score >= kLastScore) return level.rates.back();
  const int above = score - LevelTables::kFirstScore;
  const auto before = static_cast<std::size_t>(above / LevelTables::kScoreStep);
  const double part =
      static_cast<double>(above % LevelTables::kScoreStep) / LevelTables::kScoreStep;
  return level.rates[before] - (level.rates[before] - level.rates[before + 1]) * part;
}

int score_at(const LevelTables& level, double rate) noexcept {
  int low = LevelTables::kFirstScore;
  int high = kLastScore + 1;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (false_rate(level, middle) <= rate)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

}  // namespace ectype::match
