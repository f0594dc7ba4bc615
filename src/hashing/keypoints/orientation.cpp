#include "hashing/keypoints/orientation.hpp"

#include "hashing/keypoints/fixed_point.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace ectype::hashing {
namespace {

constexpr int kBins = 32;
constexpr int kBinWidth = kDirections / kBins;
using Histogram = std::array<std::int64_t, kBins>;

std::int64_t& bin(Histogram& histogram, int i) {
  return histogram[static_cast<std::size_t>(i & (kBins - 1))];
}

/// A gradient counts for the two bins whose centres are nearest.
void vote(Histogram& histogram, int dx, int dy, std::int64_t weight) {
  // The root of an integer is the same everywhere.
  const auto size = static_cast<std::int64_t>(std::sqrt(static_cast<float>(dx * dx + dy * dy)) * 4);
  const int angle = direction(dx, dy);
  const int share = angle % kBinWidth;
  bin(histogram, angle / kBinWidth) += size * weight * (kBinWidth - share);
  bin(histogram, angle / kBinWidth + 1) += size * weight * share;
}

Histogram smoothed(Histogram histogram) {
  Histogram result;
  for (int i = 0; i < kBins; ++i)
    bin(result, i) = bin(histogram, i - 2) + bin(histogram, i + 2) +
                     4 * (bin(histogram, i - 1) + bin(histogram, i + 1)) + 6 * bin(histogram, i);
  return result;
}

/// The top of the parabola through the highest bin and its neighbours.
int peak_of(Histogram histogram) {
  const auto highest =
      static_cast<int>(std::max_element(histogram.begin(), histogram.end()) - histogram.begin());
  const std::int64_t before = bin(histogram, highest - 1);
  const std::int64_t here = bin(histogram, highest);
  const std::int64_t after = bin(histogram, highest + 1);
  const std::int64_t bend = 2 * here - before - after;
  const auto offset = bend == 0 ? 0 : static_cast<int>((after - before) * (kBinWidth / 2) / bend);
  return (highest * kBinWidth + offset) & (kDirections - 1);
}

}  // namespace

int dominant_direction(const std::vector<Octave>& octaves, const Extremum& extremum) {
  const auto number = static_cast<std::size_t>(extremum.octave);
  const Plane& plane = octaves[number][static_cast<std::size_t>(extremum.layer)];
  const int half = (kSubpixels << extremum.octave) / 2;
  const int x0 = (extremum.x + half) >> (8 + extremum.octave);
  const int y0 = (extremum.y + half) >> (8 + extremum.octave);
  // Weights (1 - r^2 / R^2)^2 with R = 4.24 sigma have the spread of a Gaussian of 1.5 sigma.
  const std::int64_t sigma16 =
      exp2_fixed(extremum.scale - kOctaveSteps * extremum.octave) * 8 / 5;  // 1.6, 16 bits
  const auto radius2 = static_cast<int>((sigma16 * sigma16 >> 16) * 18 >> 16);
  const auto radius = static_cast<int>(std::sqrt(static_cast<double>(radius2)));
  Histogram histogram{};
  for (int y = std::max(1, y0 - radius); y <= std::min(plane.height() - 2, y0 + radius); ++y) {
    for (int x = std::max(1, x0 - radius); x <= std::min(plane.width() - 2, x0 + radius); ++x) {
      const int r2 = (x - x0) * (x - x0) + (y - y0) * (y - y0);
      if (r2 >= radius2) continue;
      const std::int64_t weight = std::int64_t{radius2 - r2} * (radius2 - r2);
      vote(histogram, plane.at(x + 1, y) - plane.at(x - 1, y),
           plane.at(x, y + 1) - plane.at(x, y - 1), weight);
    }
  }
  return peak_of(smoothed(histogram));
}

}  // namespace ectype::hashing
