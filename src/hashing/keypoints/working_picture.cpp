#include "hashing/keypoints/working_picture.hpp"

#include <algorithm>

namespace ectype::hashing {
namespace {

// EXIF orientations by what happens to the stored axes.
bool mirrors_columns(int o) { return o == 2 || o == 3 || o == 7 || o == 8; }
bool mirrors_rows(int o) { return o == 3 || o == 4 || o == 6 || o == 7; }
bool transposes(int o) { return o >= 5; }

constexpr std::uint64_t kThousandths = 1000;

/// Output o covers [o * input, (o + 1) * input) where input i covers [i * output, (i + 1) *
/// output).
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

template <typename Pixel>
std::uint64_t dot(const Pixel* pixels, const std::vector<std::uint32_t>& weights) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += std::uint64_t{pixels[i]} * weights[i];
  return sum;
}

}  // namespace

AxisFilter::AxisFilter(std::uint32_t input, std::uint32_t output, bool mirrored)
    : total(input >= output ? input : 2 * std::uint64_t{output}) {
  for (std::uint64_t o = 0; o < output; ++o) {
    AxisSample sample = input >= output ? area(input, output, o) : between(input, output, o);
    if (mirrored) {
      sample.first = input - sample.first - static_cast<std::uint32_t>(sample.weights.size());
      std::reverse(sample.weights.begin(), sample.weights.end());
    }
    samples.push_back(std::move(sample));
  }
}

WorkingPicture::WorkingPicture(std::uint32_t width, std::uint32_t height, int orientation,
                               std::uint32_t longest_side)
    : columns_(width, scaled_side(width, std::max(width, height), longest_side),
               mirrors_columns(orientation)),
      rows_(height, scaled_side(height, std::max(width, height), longest_side),
            mirrors_rows(orientation)),
      transposed_(transposes(orientation)),
      column_sums_(columns_.samples.size()),
      sums_(columns_.samples.size() * rows_.samples.size()) {}

void WorkingPicture::sum_columns(const LumaRow& row) {
  for (std::size_t x = 0; x < column_sums_.size(); ++x) {
    const AxisSample& sample = columns_.samples[x];
    column_sums_[x] = row.gray.empty()
                          ? dot(row.milli.data() + sample.first, sample.weights)
                          : kThousandths * dot(row.gray.data() + sample.first, sample.weights);
  }
}

void WorkingPicture::add(const LumaRow& row) {
  sum_columns(row);
  // The outputs that use a row are neighbours, near where it falls.
  const std::size_t count = rows_.samples.size();
  for (std::size_t o = 0; o < count; ++o) {
    const AxisSample& sample = rows_.samples[o];
    if (row.y < sample.first || row.y - sample.first >= sample.weights.size()) continue;
    const std::uint64_t weight = sample.weights[row.y - sample.first];
    std::uint64_t* out = sums_.data() + o * column_sums_.size();
    for (std::size_t x = 0; x < column_sums_.size(); ++x) out[x] += weight * column_sums_[x];
  }
}

Plane WorkingPicture::finish() const {
  const std::size_t width = columns_.samples.size();
  const std::size_t height = rows_.samples.size();
  const std::uint64_t divisor = columns_.total * rows_.total * kThousandths;
  Plane plane(static_cast<int>(transposed_ ? height : width),
              static_cast<int>(transposed_ ? width : height));
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint64_t sum = sums_[y * width + x];
      const auto value =
          static_cast<std::uint16_t>(((sum << kPlaneFraction) + divisor / 2) / divisor);
      if (transposed_)
        plane.row(static_cast<int>(x))[y] = value;
      else
        plane.row(static_cast<int>(y))[x] = value;
    }
  }
  return plane;
}

}  // namespace ectype::hashing
