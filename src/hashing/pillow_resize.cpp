#include "hashing/pillow_resize.hpp"

#include <algorithm>

namespace ectype::hashing {
namespace {

constexpr std::int32_t kHalf = std::int32_t{1} << (kTapBits - 1);

void add_scaled(std::span<std::int32_t> sums, const std::uint8_t* row, std::int32_t weight) {
  // weight = low + 2^16 high: products of 16 bits, which SSE2 has, where it lacks those of 32.
  const auto low = static_cast<std::int16_t>(weight);
  const auto high = static_cast<std::int16_t>((weight - low) >> 16);
  for (std::size_t x = 0; x < sums.size(); ++x) {
    const std::int16_t pixel = row[x];
    const auto upper = static_cast<std::int16_t>(pixel * high);
    sums[x] += pixel * low + (upper << 16);
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
  if (from.width != to.width) shortener_.emplace(from.width, to.width, filter);
  if (from.height == to.height) return;
  rows_ = make_resize_taps(from.height, to.height, filter);
  at_work_.resize(to.height);
}

std::span<const std::uint8_t> PillowResize::shorten(std::span<const std::uint8_t> row) {
  return shortener_ ? (*shortener_)(row) : row;
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
    std::transform(work.sums.begin(), work.sums.end(), finished_.begin(), round_taps);
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
