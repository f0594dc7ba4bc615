#include "hashing/pillow_resize.hpp"

#include <algorithm>
#include <cstdlib>

namespace ectype::hashing {
namespace {

constexpr std::uint32_t kLanes = 8;
constexpr int kLowBits = 8;
constexpr std::int32_t kHalf = std::int32_t{1} << (kTapBits - 1);

std::uint8_t round_and_clip(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kTapBits, 0, 255));
}

/// `count` is a multiple of kLanes. Compilers turn it into multiply-add instructions on pairs.
std::int32_t dot(const std::int16_t* pixels, const std::int16_t* weights, std::uint32_t count) {
  std::int32_t sum = 0;
  for (std::uint32_t i = 0; i < count / kLanes * kLanes; ++i) sum += pixels[i] * weights[i];
  return sum;
}

void add_scaled(std::span<std::int32_t> sums, const std::uint8_t* row, std::int32_t weight) {
  const auto high = static_cast<std::int16_t>(weight >> kLowBits);
  const auto low = static_cast<std::int16_t>(weight & 255);
  for (std::size_t x = 0; x < sums.size(); ++x) {
    const std::int16_t pixel = row[x];
    sums[x] += ((pixel * high) << kLowBits) + pixel * low;
  }
}

bool are_columns_first(PillowResize::Size from, PillowResize::Size to) {
  const std::int64_t narrower = std::int64_t{from.width} - to.width;
  const std::int64_t lower = std::int64_t{from.height} - to.height;
  return lower > 0 && lower > 2 * narrower;
}

}  // namespace

PillowResize::PillowResize(Size from, Size to, ResizeFilter filter)
    : columns_first_(are_columns_first(from, to)) {
  if (from.width != to.width) prepare_columns(from.width, to.width, filter);
  if (from.height == to.height) return;
  rows_ = make_resize_taps(from.height, to.height, filter);
  at_work_.resize(to.height);
}

void PillowResize::prepare_columns(std::uint32_t from, std::uint32_t to, ResizeFilter filter) {
  const std::vector<ResizeTaps> taps = make_resize_taps(from, to, filter);
  row_.resize(std::size_t{from} + kLanes);
  shortened_.resize(to);
  narrow_ = std::all_of(taps.begin(), taps.end(), [](const ResizeTaps& output) {
    return std::all_of(output.weights.begin(), output.weights.end(),
                       [](std::int32_t weight) { return std::abs(weight) <= INT16_MAX; });
  });
  for (const ResizeTaps& output : taps) {
    const auto count = static_cast<std::uint32_t>(output.weights.size());
    const std::uint32_t padded = (count + kLanes - 1) / kLanes * kLanes;
    columns_.push_back({output.first, padded, low_.size()});
    for (const std::int32_t weight : output.weights) {
      low_.push_back(static_cast<std::int16_t>(narrow_ ? weight : weight & 255));
      if (!narrow_) high_.push_back(static_cast<std::int16_t>(weight >> kLowBits));
    }
    low_.resize(columns_.back().at + padded);
    if (!narrow_) high_.resize(low_.size());
  }
}

std::span<const std::uint8_t> PillowResize::shorten(std::span<const std::uint8_t> row) {
  if (columns_.empty()) return row;
  std::copy(row.begin(), row.end(), row_.begin());
  for (std::size_t o = 0; o < columns_.size(); ++o) {
    const Column& column = columns_[o];
    const std::int16_t* pixels = row_.data() + column.first;
    std::int32_t sum = dot(pixels, low_.data() + column.at, column.count);
    if (!narrow_) sum += dot(pixels, high_.data() + column.at, column.count) << kLowBits;
    shortened_[o] = round_and_clip(sum + kHalf);
  }
  return shortened_;
}

/// Gives each output row that is complete with this one to `next`.
template <typename Next>
void PillowResize::add_to_columns(std::uint32_t y, std::span<const std::uint8_t> row, Next next) {
  if (rows_.empty()) return next(y, row);
  const auto ends_before = [y](const ResizeTaps& taps) {
    return taps.first + taps.weights.size() <= y;
  };
  auto taps = std::partition_point(rows_.begin(), rows_.end(), ends_before);
  for (; taps != rows_.end() && taps->first <= y; ++taps) {
    const auto o = static_cast<std::uint32_t>(taps - rows_.begin());
    Sums& work = at_work_[o];
    if (work.sums.empty()) work.sums.assign(row.size(), kHalf);
    add_scaled(work.sums, row.data(), taps->weights[y - taps->first]);
    if (++work.seen < taps->weights.size()) continue;
    finished_.resize(row.size());
    std::transform(work.sums.begin(), work.sums.end(), finished_.begin(), round_and_clip);
    work.sums = {};
    next(o, finished_);
  }
}

void PillowResize::add(std::uint32_t y, std::span<const std::uint8_t> row, const Sink& sink) {
  if (columns_first_) {
    add_to_columns(y, row, [&](std::uint32_t o, std::span<const std::uint8_t> finished) {
      sink(o, shorten(finished));
    });
  } else {
    add_to_columns(y, shorten(row), sink);
  }
}

}  // namespace ectype::hashing
