#include "hashing/area_grid.hpp"

#include "hashing/orientation.hpp"

#include <algorithm>
#include <numeric>

namespace ectype::hashing {
namespace {

constexpr std::uint32_t kMilli = 1000;
constexpr std::uint32_t kMaxPending = UINT32_MAX / (255 * kMilli);  // rows that 32 bits can sum

/// n / d, rounded half away from zero; d is even.
std::int32_t divide(std::int64_t n, std::int64_t d) {
  return static_cast<std::int32_t>((n < 0 ? n - d / 2 : n + d / 2) / d);
}

}  // namespace

AreaGridBuilder::AreaGridBuilder(std::uint32_t width, std::uint32_t height, int orientation)
    : width_(width), height_(height), orientation_(orientation), pending_(width) {
  // In units of 1 / (96 width), pixel j covers [96 j, 96 (j + 1)), column i [width i, width (i +
  // 1)).
  for (std::uint64_t i = 0; i < kAreaSide; ++i) {
    const std::uint64_t begin = i * width;
    const std::uint64_t end = begin + width;
    const std::uint64_t first = begin / kAreaSide;
    const std::uint64_t last = (end - 1) / kAreaSide;
    columns_.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last),
                        static_cast<std::uint32_t>(begin - first * kAreaSide),
                        static_cast<std::uint32_t>((last + 1) * kAreaSide - end)});
  }
}

template <typename Luma>
void AreaGridBuilder::add_columns(std::span<const Luma> values, std::uint64_t weight,
                                  std::uint64_t* out) const {
  for (const Span& span : columns_) {
    const auto whole = values.subspan(span.first, span.last - span.first + 1);
    const std::uint64_t sum = std::accumulate(whole.begin(), whole.end(), std::uint64_t{0});
    const std::uint64_t outside =
        std::uint64_t{span.before} * whole.front() + std::uint64_t{span.after} * whole.back();
    *out++ += weight * (sum * kAreaSide - outside);
  }
}

void AreaGridBuilder::add_pending(Sums& sums) const {
  if (pending_rows_ == 0) return;
  add_columns<std::uint32_t>(pending_, std::uint64_t{pending_unit_} * kAreaSide,
                             sums.data() + pending_band_ * kAreaSide);
}

template <typename Luma>
void AreaGridBuilder::add_values(std::uint32_t y, std::span<const Luma> values,
                                 std::uint32_t unit) {
  const std::uint64_t top = std::uint64_t{y} * kAreaSide;
  const std::uint64_t bottom = top + kAreaSide;
  const auto first = static_cast<std::uint32_t>(top / height_);
  const auto last = static_cast<std::uint32_t>((bottom - 1) / height_);
  if (first != last) {
    for (std::uint64_t band = first; band <= last; ++band) {
      const std::uint64_t overlap =
          std::min(bottom, (band + 1) * height_) - std::max(top, band * height_);
      add_columns(values, overlap * unit, sums_.data() + band * kAreaSide);
    }
    return;
  }
  if (first != pending_band_ || unit != pending_unit_ || pending_rows_ == kMaxPending) {
    add_pending(sums_);
    std::fill(pending_.begin(), pending_.end(), 0);
    pending_rows_ = 0;
    pending_band_ = first;
    pending_unit_ = unit;
  }
  for (std::size_t x = 0; x < values.size(); ++x) pending_[x] += values[x];
  ++pending_rows_;
}

void AreaGridBuilder::add(const LumaRow& row) {
  if (row.gray.empty())
    add_values(row.y, row.milli, 1);
  else
    add_values(row.y, row.gray, kMilli);
}

AreaGrid AreaGridBuilder::finish() const {
  Sums sums = sums_;
  add_pending(sums);
  constexpr std::int64_t middle = 255 * kAreaOne / 2;
  const std::int64_t area = std::int64_t{width_} * height_ * kMilli;
  AreaGrid grid;
  for (std::uint32_t row = 0; row < kAreaSide; ++row) {
    for (std::uint32_t column = 0; column < kAreaSide; ++column) {
      const auto sum = static_cast<std::int64_t>(sums[row * kAreaSide + column]);
      const std::uint32_t y = mirrors_rows(orientation_) ? kAreaSide - 1 - row : row;
      const std::uint32_t x = mirrors_columns(orientation_) ? kAreaSide - 1 - column : column;
      const std::uint32_t at = transposes(orientation_) ? x * kAreaSide + y : y * kAreaSide + x;
      grid[at] = divide(sum * kAreaOne - middle * area, area);
    }
  }
  return grid;
}

}  // namespace ectype::hashing
