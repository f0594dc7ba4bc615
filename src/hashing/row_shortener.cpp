#include "hashing/row_shortener.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ectype::hashing {
namespace {

constexpr std::size_t kLanes = 8;
/// Outputs of a run: their sums and the pixels fit the sixteen registers of SSE2.
constexpr std::size_t kTogether = 7;
/// Shorter windows have stretches too short to share.
constexpr std::size_t kShareable = 32 * kLanes;
constexpr int kLowBits = 8;
constexpr std::int32_t kMiddle = 128;

constexpr std::size_t round_down(std::size_t at) { return at / kLanes * kLanes; }
constexpr std::size_t round_up(std::size_t at) { return round_down(at + kLanes - 1); }

bool need_split(const std::vector<ResizeTaps>& taps) {
  return std::any_of(taps.begin(), taps.end(), [](const ResizeTaps& output) {
    return std::any_of(output.weights.begin(), output.weights.end(),
                       [](std::int32_t weight) { return std::abs(weight) > INT16_MAX; });
  });
}

std::int32_t dot(const std::int16_t* pixels, const std::int16_t* weights, std::size_t length) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < length; ++i) sum += pixels[i] * weights[i];
  return sum;
}

/// Loads the pixels once for all sums, which are written out so that compilers see the reductions.
template <std::size_t... K>
void add_dots(const std::int16_t* pixels, const std::int16_t* weights, std::size_t length,
              std::int32_t* sums, std::index_sequence<K...>) {
  std::int32_t local[sizeof...(K)] = {};
  const std::size_t whole = round_down(length);
  for (std::size_t i = 0; i < whole; ++i) ((local[K] += pixels[i] * weights[K * whole + i]), ...);
  ((sums[K] += local[K]), ...);
}

void add_products(const std::int16_t* pixels, const std::int16_t* weights, std::size_t length,
                  std::int32_t* sums, std::uint32_t outputs) {
  const auto add = [=]<std::size_t Count>(std::integral_constant<std::size_t, Count>) {
    add_dots(pixels, weights, length, sums, std::make_index_sequence<Count>());
  };
  switch (outputs) {
    case 1:
      // What halving a side takes, unrolled.
      sums[0] += length == 3 * kLanes ? dot(pixels, weights, 3 * kLanes)
                                      : dot(pixels, weights, round_down(length));
      return;
    case 2:
      return add(std::integral_constant<std::size_t, 2>());
    case 3:
      return add(std::integral_constant<std::size_t, 3>());
    case 4:
      return add(std::integral_constant<std::size_t, 4>());
    case 5:
      return add(std::integral_constant<std::size_t, 5>());
    case 6:
      return add(std::integral_constant<std::size_t, 6>());
    default:
      return add(std::integral_constant<std::size_t, kTogether>());
  }
}

}  // namespace

RowShortener::RowShortener(std::uint32_t from, std::uint32_t to, ResizeFilter filter) {
  const std::vector<ResizeTaps> taps = make_resize_taps(from, to, filter);
  split_ = need_split(taps);
  row_.resize((split_ ? 2 : 1) * std::size_t{from} + 2 * kLanes);
  sums_.resize(to);
  shortened_.resize(to);
  std::vector<Window> windows = make_windows(taps);
  if (windows[to / 2].weights.size() < kShareable) {
    plan_alone(windows);
  } else {
    plan_together(std::move(windows));
  }
}

std::vector<RowShortener::Window> RowShortener::make_windows(const std::vector<ResizeTaps>& taps) {
  std::vector<Window> windows;
  for (const ResizeTaps& output : taps) {
    Window window{(split_ ? 2 : 1) * std::size_t{output.first}, {}};
    std::int32_t start = std::int32_t{1} << (kTapBits - 1);
    for (const std::int32_t weight : output.weights) {
      if (split_) {
        window.weights.push_back(static_cast<std::int16_t>(weight & 255));
        window.weights.push_back(static_cast<std::int16_t>(weight >> kLowBits));
        start += kMiddle * weight;
      } else {
        window.weights.push_back(static_cast<std::int16_t>(weight));
      }
    }
    windows.push_back(std::move(window));
    starts_.push_back(start);
  }
  return windows;
}

/// A run an output.
void RowShortener::plan_alone(const std::vector<Window>& windows) {
  for (std::uint32_t o = 0; o < windows.size(); ++o) {
    const std::vector<std::int16_t>& weights = windows[o].weights;
    runs_.push_back({windows[o].begin, round_up(weights.size()), weights_.size(), o, 1});
    weights_.insert(weights_.end(), weights.begin(), weights.end());
    weights_.resize(round_up(weights_.size()));
  }
}

/// Runs from each place where a window begins or ends to the next such place.
void RowShortener::plan_together(std::vector<Window> windows) {
  std::vector<std::size_t> places;
  for (Window& window : windows) {
    const std::size_t begin = round_down(window.begin);
    window.weights.insert(window.weights.begin(), window.begin - begin, 0);
    window.weights.resize(round_up(window.weights.size()));
    window.begin = begin;
    places.push_back(begin);
    places.push_back(window.end());
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    const auto first = std::partition_point(windows.begin(), windows.end(),
                                            [&](const Window& w) { return w.end() <= places[i]; });
    const auto last = std::partition_point(first, windows.end(),
                                           [&](const Window& w) { return w.begin <= places[i]; });
    for (auto at = first; at != last;) {
      const auto count = std::min<std::ptrdiff_t>(last - at, kTogether);
      add_run(windows, {places[i], places[i + 1] - places[i], weights_.size(),
                        static_cast<std::uint32_t>(at - windows.begin()),
                        static_cast<std::uint32_t>(count)});
      at += count;
    }
  }
}

void RowShortener::add_run(const std::vector<Window>& windows, const Run& run) {
  runs_.push_back(run);
  for (std::uint32_t k = 0; k < run.outputs; ++k) {
    const Window& window = windows[run.output + k];
    const auto from =
        window.weights.begin() + static_cast<std::ptrdiff_t>(run.begin - window.begin);
    weights_.insert(weights_.end(), from, from + static_cast<std::ptrdiff_t>(run.length));
  }
}

void RowShortener::load(std::span<const std::uint8_t> row) {
  if (!split_) {
    std::copy(row.begin(), row.end(), row_.begin());
    return;
  }
  for (std::size_t x = 0; x < row.size(); ++x) {
    const int value = row[x] - kMiddle;
    row_[2 * x] = static_cast<std::int16_t>(value);
    row_[2 * x + 1] = static_cast<std::int16_t>(value * (1 << kLowBits));
  }
}

std::span<const std::uint8_t> RowShortener::operator()(std::span<const std::uint8_t> row) {
  load(row);
  std::copy(starts_.begin(), starts_.end(), sums_.begin());
  for (const Run& run : runs_)
    add_products(row_.data() + run.begin, weights_.data() + run.weights, run.length,
                 sums_.data() + run.output, run.outputs);
  std::transform(sums_.begin(), sums_.end(), shortened_.begin(), round_taps);
  return shortened_;
}

}  // namespace ectype::hashing
