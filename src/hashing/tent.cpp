#include "hashing/tent.hpp"

#include <algorithm>
#include <numeric>

namespace ectype::hashing {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kClippedDenominator = std::uint64_t{1} << 20;

/// The box filter of one axis: output o averages the inputs [begin(o), end(o)).
struct Box {
  std::int64_t length, window, half;

  explicit Box(std::uint32_t input_length)
      : length(input_length), window((length + 127) / 128), half((window + 2) / 2) {}
  [[nodiscard]] std::int64_t begin(std::int64_t o) const {
    return std::max<std::int64_t>(0, o - (window - half));
  }
  [[nodiscard]] std::int64_t end(std::int64_t o) const { return std::min(length, o + half); }
  [[nodiscard]] std::uint64_t count(std::int64_t o) const {
    return static_cast<std::uint64_t>(end(o) - begin(o));
  }
};

/// Sum over the middle positions m of output o of `share(count(m))`, for each input from `first`.
template <typename Share>
std::vector<std::uint64_t> box_of_boxes(const Box& box, std::int64_t o, std::int64_t first,
                                        std::int64_t last, Share share) {
  std::vector<std::uint64_t> steps(static_cast<std::size_t>(last - first) + 1);
  for (std::int64_t m = box.begin(o); m < box.end(o); ++m) {
    const std::uint64_t part = share(box.count(m));
    steps[static_cast<std::size_t>(box.begin(m) - first)] += part;
    steps[static_cast<std::size_t>(box.end(m) - first)] -= part;
  }
  std::partial_sum(steps.begin(), steps.end(), steps.begin());
  steps.pop_back();
  return steps;
}

/// The least common multiple of the counts of the middle positions, or 0 where it, times the
/// output's own count, would be more than `largest`.
std::uint64_t common_count(const Box& box, std::int64_t o, std::uint64_t largest) {
  std::uint64_t common = 1;
  std::uint64_t previous = 1;
  for (std::int64_t m = box.begin(o); m < box.end(o); ++m) {
    const std::uint64_t count = box.count(m);
    if (count == previous) continue;
    previous = count;
    common = std::lcm(common, count);
    if (common * box.count(o) > largest) return 0;
  }
  return common;
}

/// Rounds weights given in units of `unit` to whole numbers that sum to `denominator`, so that each
/// partial sum is off by a half at most.
void round_weights(std::vector<std::uint64_t>& weights, std::uint64_t unit,
                   std::uint64_t denominator) {
  Wide sum = 0;
  std::uint64_t given = 0;
  for (std::uint64_t& weight : weights) {
    sum += weight;
    const auto target = static_cast<std::uint64_t>((sum * denominator + unit / 2) / unit);
    weight = target - given;
    given = target;
  }
}

Tent make_tent(const Box& box, std::int64_t o) {
  const std::int64_t first = box.begin(box.begin(o));
  const std::int64_t last = box.end(box.end(o) - 1);
  const auto window = static_cast<std::uint64_t>(box.window);
  const std::uint64_t largest = std::max(window * window, kClippedDenominator);

  Tent tent;
  tent.first = static_cast<std::uint32_t>(first);
  std::vector<std::uint64_t> weights;
  if (const std::uint64_t common = common_count(box, o, largest); common != 0) {
    tent.denominator = common * box.count(o);
    weights = box_of_boxes(box, o, first, last, [&](auto count) { return common / count; });
  } else {
    tent.denominator = largest;
    constexpr std::uint64_t fine = std::uint64_t{1} << 40;
    weights = box_of_boxes(box, o, first, last, [&](auto count) { return fine / count; });
    round_weights(weights, fine * box.count(o), largest);
  }
  tent.weights.assign(weights.begin(), weights.end());
  return tent;
}

Tent mirror(Tent tent, std::uint32_t length) {
  tent.first = length - tent.first - static_cast<std::uint32_t>(tent.weights.size());
  std::reverse(tent.weights.begin(), tent.weights.end());
  return tent;
}

Tent reduce(const Tent& tent, std::uint32_t shrink) {
  Tent reduced;
  reduced.first = tent.first / shrink;
  reduced.denominator = tent.denominator;
  const std::size_t last = tent.first + tent.weights.size() - 1;
  reduced.weights.resize(last / shrink - reduced.first + 1);
  for (std::size_t i = 0; i < tent.weights.size(); ++i)
    reduced.weights[(tent.first + i) / shrink - reduced.first] += tent.weights[i];
  return reduced;
}

}  // namespace

std::vector<Tent> make_tents(std::uint32_t length, bool mirrored, std::uint32_t shrink) {
  const Box box(length);
  std::vector<Tent> tents;
  for (std::uint64_t i = 0; i < kGridSide; ++i) {
    const std::uint64_t sample = (2 * i + 1) * length / (2 * kGridSide);
    Tent tent = make_tent(box, static_cast<std::int64_t>(sample));
    if (mirrored) tent = mirror(std::move(tent), length);
    if (shrink > 1) tent = reduce(tent, shrink);
    tents.push_back(std::move(tent));
  }
  return tents;
}

}  // namespace ectype::hashing
