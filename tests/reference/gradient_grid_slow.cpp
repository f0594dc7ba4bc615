#include "reference/gradient_grid_slow.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace reference {
namespace {

constexpr int kSide = 96;
constexpr int kCells = 6;

using Samples = std::vector<double>;

std::uint64_t overlap(std::uint64_t a, std::uint64_t a_end, std::uint64_t b, std::uint64_t b_end) {
  const std::uint64_t from = std::max(a, b);
  const std::uint64_t to = std::min(a_end, b_end);
  return to > from ? to - from : 0;
}

double at(const Samples& samples, int x, int y) {
  return samples[static_cast<std::size_t>(std::clamp(y, 0, kSide - 1) * kSide +
                                          std::clamp(x, 0, kSide - 1))];
}

Samples blurred(const Samples& samples) {
  Samples out;
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      double sum = 0;
      for (int v = -1; v <= 1; ++v)
        for (int u = -1; u <= 1; ++u)
          sum += (2 - std::abs(u)) * (2 - std::abs(v)) * at(samples, x + u, y + v);
      out.push_back(sum / 16);
    }
  return out;
}

/// Linear from 1 at the centre of the cell to 0 at those of its neighbours; 1 outside of the first
/// and last centre.
double share(int position, int cell) {
  const double width = kSide / static_cast<double>(kCells);
  const double place = std::clamp((position + 0.5) / width - 0.5, 0.0, kCells - 1.0);
  return std::max(0.0, 1 - std::abs(place - cell));
}

double root_mean_square(const Samples& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

/// How much of a gradient counts for the direction of `k` times 45 degrees: the two directions that
/// it lies between carry it as a sum of vectors.
double along(double x, double y, int k) {
  const double pi = std::acos(-1.0);
  const double ahead = std::atan2(y, x) - k * pi / 4;
  const double angle = std::abs(std::remainder(ahead, 2 * pi));
  return angle >= pi / 4 ? 0 : std::hypot(x, y) * std::sin(pi / 4 - angle) / std::sin(pi / 4);
}

}  // namespace

std::vector<std::int32_t> area_means(const std::vector<std::uint32_t>& milli, std::uint32_t width,
                                     std::uint32_t height) {
  std::vector<std::int32_t> means;
  for (std::uint64_t row = 0; row < kSide; ++row) {
    for (std::uint64_t column = 0; column < kSide; ++column) {
      std::int64_t sum = 0;
      for (std::uint64_t y = 0; y < height; ++y) {
        const auto tall = overlap(y * kSide, (y + 1) * kSide, row * height, (row + 1) * height);
        if (tall == 0) continue;
        for (std::uint64_t x = 0; x < width; ++x)
          sum += static_cast<std::int64_t>(
              tall * milli[y * width + x] *
              overlap(x * kSide, (x + 1) * kSide, column * width, (column + 1) * width));
      }
      const auto mean = static_cast<long double>(sum) / width / height / 1000;
      means.push_back(static_cast<std::int32_t>(std::round((mean - 127.5L) * 256)));
    }
  }
  return means;
}

std::array<int, 288> gradient_grid_slow(const std::vector<std::int32_t>& means) {
  const Samples samples = blurred(blurred({means.begin(), means.end()}));
  Samples values(288);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const double right = at(samples, x + 1, y) - at(samples, x - 1, y);
      const double down = at(samples, x, y + 1) - at(samples, x, y - 1);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const int cell = static_cast<int>(i / 8);
        const double weight = share(x, cell % kCells) * share(y, cell / kCells);
        if (weight > 0) values[i] += weight * along(right, down, static_cast<int>(i % 8));
      }
    }

  double mean = 0;
  for (double& value : values) {
    value = std::sqrt(value);
    mean += value / static_cast<double>(values.size());
  }
  for (double& value : values) value -= mean;
  const double limit = 1.5 * root_mean_square(values);
  const double window[] = {5, 7, 8, 8, 7, 5};
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] =
        std::clamp(values[i], -limit, limit) * window[i / 8 / kCells] * window[i / 8 % kCells];

  std::array<int, 288> bytes{};
  const double scale = 679 / std::sqrt(288.0) / root_mean_square(values);
  for (std::size_t i = 0; i < values.size(); ++i)
    bytes[i] = static_cast<int>(std::clamp(std::floor(128.5 + values[i] * scale), 0.0, 255.0));
  return bytes;
}

}  // namespace reference
