#include "hashing/keypoints/selection.hpp"

#include "hashing/keypoints/fixed_point.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

namespace ectype::hashing {
namespace {

/// More candidates than this are cut by strength: suppression compares all with all.
constexpr std::size_t kMostCandidates = 2048;

/// Contrast, less where sigma is under 2 pixels: contrast * min(sigma / 2, 1)^2. The smallest do
/// not survive.
std::int64_t strength_of(const Extremum& extremum) {
  constexpr std::int64_t base = 26214;  // 1.6 / 4 * 2^16: half of a sigma of 1.6, squared below
  const std::int64_t half_sigma =
      std::min<std::int64_t>(65536, 2 * base * exp2_fixed(extremum.scale) >> 16);
  return std::int64_t{extremum.contrast} * (half_sigma * half_sigma >> 16) >> 16;
}

struct Candidate {
  Extremum extremum;
  std::int64_t strength;
  std::int64_t distance;  ///< squared, to the nearest that is clearly stronger
};

auto place_of(const Extremum& e) { return std::tie(e.y, e.x, e.scale); }

bool is_clearly_stronger(std::int64_t a, std::int64_t b) { return a * 10 > b * 11; }

bool is_weak(const Candidate& candidate) { return candidate.extremum.contrast < kStrongContrast; }

}  // namespace

std::vector<Extremum> select_spread(std::vector<Extremum> extrema, std::size_t count) {
  std::vector<Candidate> candidates;
  candidates.reserve(extrema.size());
  for (const Extremum& extremum : extrema)
    candidates.push_back({extremum, strength_of(extremum), INT64_MAX});
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(-a.strength, place_of(a.extremum)) <
           std::pair(-b.strength, place_of(b.extremum));
  });
  // Moves to a better pixel may have led two of them to the same one.
  const auto same = [](const Candidate& a, const Candidate& b) {
    return place_of(a.extremum) == place_of(b.extremum);
  };
  candidates.erase(std::unique(candidates.begin(), candidates.end(), same), candidates.end());
  if (candidates.size() > kMostCandidates) candidates.resize(kMostCandidates);

  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_clearly_stronger(candidates[j].strength, candidate.strength)) break;
      const std::int64_t dx = candidate.extremum.x - candidates[j].extremum.x;
      const std::int64_t dy = candidate.extremum.y - candidates[j].extremum.y;
      candidate.distance = std::min(candidate.distance, dx * dx + dy * dy);
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return std::pair(is_weak(a), -a.distance) < std::pair(is_weak(b), -b.distance);
                   });
  if (candidates.size() > count) candidates.resize(count);
  extrema.clear();
  for (const Candidate& candidate : candidates) extrema.push_back(candidate.extremum);
  return extrema;
}

}  // namespace ectype::hashing
