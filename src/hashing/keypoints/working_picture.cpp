#include "hashing/keypoints/working_picture.hpp"

#include "hashing/orientation.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace ectype::hashing {
namespace {

constexpr std::uint32_t kThousandths = 1000;
constexpr std::uint32_t kMaxPending = UINT32_MAX / (255 * kThousandths);  // rows that 32 bits sum

/// Output o covers [o * input, (o + 1) * input) where input i covers [i * output, (i + 1) *
/// output), of sides without a common divisor.
AxisSample area(std::uint64_t input, std::uint64_t output, std::uint64_t o) {
  const std::uint64_t begin = o * input;
  const std::uint64_t end = begin + input;
  AxisSample sample{static_cast<std::uint32_t>(begin / output), {}};
  for (std::uint64_t i = sample.first; i * output < end; ++i)
    sample.weights.push_back(
        static_cast<std::uint32_t>(std::min(end, (i + 1) * output) - std::max(begin, i * output)));
  return sample;
}

/// Between the two inputs whose centres are nearest; the outermost inputs reach to the edges.
AxisSample between(std::uint64_t input, std::uint64_t output, std::uint64_t o) {
  const std::uint64_t unit = 2 * output;
  const std::uint64_t centre =
      std::clamp((2 * o + 1) * input, output, (2 * input - 1) * output) - output;
  const auto second = static_cast<std::uint32_t>(centre % unit);
  AxisSample sample{static_cast<std::uint32_t>(centre / unit), {}};
  sample.weights.push_back(static_cast<std::uint32_t>(unit) - second);
  if (second != 0) sample.weights.push_back(second);
  return sample;
}

std::uint32_t scaled_side(std::uint32_t side, std::uint32_t longest, std::uint32_t target) {
  const std::uint64_t twice = std::uint64_t{side} * target * 2;
  return std::max<std::uint32_t>(
      1, static_cast<std::uint32_t>((twice + longest) / (2 * std::uint64_t{longest})));
}

/// n / divisor, for quotients far below 2^50: what the division of doubles leaves out or adds is
/// mended, so that its rounding does not matter. Several times as fast as dividing integers.
std::uint64_t divide(std::uint64_t n, std::uint64_t divisor, double reciprocal) {
  auto quotient = static_cast<std::uint64_t>(static_cast<double>(n) * reciprocal);
  if (quotient * divisor > n) --quotient;
  if (n - quotient * divisor >= divisor) ++quotient;
  return quotient;
}

/// Sums of `divisor` parts to fixed-point levels, rounded.
void to_levels(const std::uint64_t* sums, std::size_t count, std::uint64_t divisor,
               std::uint16_t* out) {
  const std::uint64_t half = divisor / 2;
  const std::uint64_t most = (divisor * 255 << kPlaneFraction) + half;
  if (most >> 31 != 0) {
    const double reciprocal = 1.0 / static_cast<double>(divisor);
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<std::uint16_t>(
          divide((sums[i] << kPlaneFraction) + half, divisor, reciprocal));
    return;
  }
  // By a factor of 32 bits, which a compiler makes vectors of: it is over 2^shift / divisor by at
  // most 1, so the product by less than most / 2^shift < 1 / divisor.
  const auto shift = static_cast<unsigned>(std::bit_width(most * divisor));
  const auto factor = static_cast<std::uint32_t>((std::uint64_t{1} << shift) / divisor + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = static_cast<std::uint32_t>((sums[i] << kPlaneFraction) + half);
    out[i] = static_cast<std::uint16_t>(std::uint64_t{n} * factor >> shift);
  }
}

template <typename Pixel>
std::uint64_t dot(const Pixel* pixels, const std::vector<std::uint32_t>& weights) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += std::uint64_t{pixels[i]} * weights[i];
  return sum;
}

}  // namespace

AxisFilter::AxisFilter(std::uint32_t input, std::uint32_t output, bool mirrored) : users(input) {
  const std::uint32_t common = std::gcd(input, output);
  total = input >= output ? input / common : 2 * std::uint64_t{output};
  for (std::uint32_t o = 0; o < output; ++o) {
    AxisSample sample =
        input >= output ? area(input / common, output / common, o) : between(input, output, o);
    if (mirrored) {
      sample.first = input - sample.first - static_cast<std::uint32_t>(sample.weights.size());
      std::reverse(sample.weights.begin(), sample.weights.end());
    }
    for (std::size_t i = 0; i < sample.weights.size(); ++i) {
      AxisUsers& of_input = users[sample.first + i];
      if (of_input.count++ == 0 || o < of_input.first) of_input.first = o;
    }
    samples.push_back(std::move(sample));
  }
  is_identity = input == output && !mirrored;
}

WorkingPicture::WorkingPicture(std::uint32_t width, std::uint32_t height, int orientation,
                               std::uint32_t longest_side)
    : columns_(width, scaled_side(width, std::max(width, height), longest_side),
               mirrors_columns(orientation)),
      rows_(height, scaled_side(height, std::max(width, height), longest_side),
            mirrors_rows(orientation)),
      transposed_(transposes(orientation)),
      sums_(columns_.samples.size() * rows_.samples.size()),
      pending_(width) {}

template <typename Luma>
void WorkingPicture::add_columns(std::span<const Luma> values, std::uint64_t weight,
                                 std::uint64_t* out) const {
  if (columns_.is_identity) {
    for (std::size_t x = 0; x < values.size(); ++x) out[x] += weight * values[x];
    return;
  }
  for (const AxisSample& sample : columns_.samples)
    *out++ += weight * dot(values.data() + sample.first, sample.weights);
}

void WorkingPicture::start_pending(std::size_t output, std::uint64_t weight) {
  if (pending_rows_ > 0)
    add_columns<std::uint32_t>(pending_, pending_weight_,
                               sums_.data() + pending_output_ * columns_.samples.size());
  std::fill(pending_.begin(), pending_.end(), 0);
  pending_rows_ = 0;
  pending_output_ = output;
  pending_weight_ = weight;
}

template <typename Luma>
void WorkingPicture::add_values(std::uint32_t y, std::span<const Luma> values, std::uint32_t unit) {
  const auto weight_of = [&](std::size_t output) {
    const AxisSample& sample = rows_.samples[output];
    return std::uint64_t{sample.weights[y - sample.first]} * unit;
  };
  const auto [first, count] = rows_.users[y];
  if (count != 1) {
    for (std::size_t o = first; o < first + count; ++o)
      add_columns(values, weight_of(o), sums_.data() + o * columns_.samples.size());
    return;
  }
  const std::uint64_t weight = weight_of(first);
  if (first != pending_output_ || weight != pending_weight_ || pending_rows_ == kMaxPending)
    start_pending(first, weight);
  for (std::size_t x = 0; x < values.size(); ++x) pending_[x] += values[x];
  ++pending_rows_;
}

void WorkingPicture::add(const LumaRow& row) {
  if (row.gray.empty())
    add_values(row.y, row.milli, 1);
  else
    add_values(row.y, row.gray, kThousandths);
}

Plane WorkingPicture::finish() {
  start_pending(0, 0);
  const std::size_t width = columns_.samples.size();
  const std::size_t height = rows_.samples.size();
  const std::uint64_t divisor = columns_.total * rows_.total * kThousandths;
  Plane plane(static_cast<int>(transposed_ ? height : width),
              static_cast<int>(transposed_ ? width : height));
  std::vector<std::uint16_t> levels(width);
  for (std::size_t y = 0; y < height; ++y) {
    to_levels(sums_.data() + y * width, width, divisor, levels.data());
    if (!transposed_) {
      std::copy(levels.begin(), levels.end(), plane.row(static_cast<int>(y)));
      continue;
    }
    for (std::size_t x = 0; x < width; ++x) plane.row(static_cast<int>(x))[y] = levels[x];
  }
  return plane;
}

}  // namespace ectype::hashing
