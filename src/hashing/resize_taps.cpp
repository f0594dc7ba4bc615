#include "hashing/resize_taps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace ectype::hashing {
namespace {

// pi in two parts: multiples of the first by small numbers are exact.
constexpr double kPiHigh = 3.14159265346825122833251953125;
constexpr double kPiLow = 1.2154201013012384e-10;

constexpr auto kSineSeries = [] {
  std::array<double, 11> terms{};
  double factorial = 1;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    terms[i] = (i % 2 == 0 ? 1 : -1) / factorial;
    factorial *= static_cast<double>((2 * i + 2) * (2 * i + 3));
  }
  return terms;
}();

/// sin(x) for |x| <= 10, off by about 2^-52: a library's may differ between machines in the last
/// bit.
double sine(double x) {
  const int turns = static_cast<int>(x / std::numbers::pi + (x < 0 ? -0.5 : 0.5));
  const double rest = (x - turns * kPiHigh) - turns * kPiLow;
  const double square = rest * rest;
  double sum = 0;
  for (std::size_t i = kSineSeries.size(); i-- > 0;) sum = sum * square + kSineSeries[i];
  return (turns % 2 == 0 ? rest : -rest) * sum;
}

/// sinc(x) sinc(x / 3) with sinc(x) = sin(pi x) / (pi x), from one sine, since sin 3a = (3 - 4
/// sin^2 a) sin a.
struct Lanczos {
  static constexpr double support = 3;
  double operator()(double x) const {
    if (x == 0) return 1;
    if (x < -3 || x >= 3) return 0;
    const double angle = x * (std::numbers::pi / 3);
    const double s = sine(angle);
    const double square = s * s;
    return square * (3 - 4 * square) / (3 * angle * angle);
  }
};

/// Keys' cubic convolution with a = -1/2.
struct Bicubic {
  static constexpr double support = 2;
  double operator()(double x) const {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
  }
};

std::int32_t to_fixed(double weight) {
  const double scaled = weight * (1 << kTapBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

template <typename Kernel>
std::vector<ResizeTaps> make_taps(std::uint32_t from, std::uint32_t to, Kernel kernel) {
  // Through float, as the reference passes its box.
  const double scale = double{static_cast<float>(from)} / to;
  const double stretch = std::max(scale, 1.0);
  const double support = Kernel::support * stretch;
  const double unit = 1.0 / stretch;
  std::vector<ResizeTaps> outputs(to);
  std::vector<double> weights;
  for (std::uint32_t o = 0; o < to; ++o) {
    const double center = (o + 0.5) * scale;
    const auto first = static_cast<std::int64_t>(std::max(0.0, center - support + 0.5));
    const auto end =
        std::min<std::int64_t>(from, static_cast<std::int64_t>(center + support + 0.5));
    weights.clear();
    double sum = 0;
    for (std::int64_t i = 0; i < end - first; ++i) {
      weights.push_back(kernel((static_cast<double>(i + first) - center + 0.5) * unit));
      sum += weights.back();
    }
    outputs[o].first = static_cast<std::uint32_t>(first);
    outputs[o].weights.reserve(weights.size());
    for (const double weight : weights)
      outputs[o].weights.push_back(to_fixed(sum != 0 ? weight / sum : weight));
  }
  return outputs;
}

}  // namespace

std::vector<ResizeTaps> make_resize_taps(std::uint32_t from, std::uint32_t to,
                                         ResizeFilter filter) {
  return filter == ResizeFilter::lanczos ? make_taps(from, to, Lanczos())
                                         : make_taps(from, to, Bicubic());
}

}  // namespace ectype::hashing
