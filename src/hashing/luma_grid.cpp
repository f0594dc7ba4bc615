#include "hashing/luma_grid.hpp"

#include "hashing/orientation.hpp"

#include <algorithm>

namespace ectype::hashing {
namespace {

__extension__ using Wide = unsigned __int128;

template <typename Pixel>
std::uint64_t wide_dot(const Pixel* pixels, const std::vector<std::uint32_t>& weights) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += std::uint64_t{pixels[i]} * weights[i];
  return sum;
}

/// a / b, rounded.
std::int64_t quotient(Wide a, Wide b) {
  a += b / 2;
  if (a > UINT64_MAX || b > UINT64_MAX) return static_cast<std::int64_t>(a / b);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) / static_cast<std::uint64_t>(b));
}

}  // namespace

LumaGridBuilder::LumaGridBuilder(std::uint32_t width, std::uint32_t height, int orientation,
                                 std::uint32_t shrink)
    : columns_(make_tents(width, mirrors_columns(orientation), shrink)),
      rows_(make_tents(height, mirrors_rows(orientation), shrink)),
      narrow_(NarrowTents::fit(columns_)),
      upside_down_(mirrors_rows(orientation)),
      transposed_(transposes(orientation)) {
  if (upside_down_) std::reverse(rows_.begin(), rows_.end());
  if (narrow_) narrow_columns_ = NarrowTents(columns_);
}

void LumaGridBuilder::sum_columns(const LumaRow& row, RowSums<std::uint64_t>& sums) const {
  for (std::size_t o = 0; o < kGridSide; ++o) {
    const Tent& tent = columns_[o];
    sums[o] = row.gray.empty() ? wide_dot(row.milli.data() + tent.first, tent.weights)
                               : wide_dot(row.gray.data() + tent.first, tent.weights);
  }
}

template <typename Sum>
void LumaGridBuilder::add(std::uint32_t y, const RowSums<Sum>& columns) {
  for (auto tent = first_tent_of(y); tent != rows_.end() && tent->first <= y; ++tent) {
    const Sum weight = tent->weights[y - tent->first];
    std::uint64_t* const out = sums_.data() + (tent - rows_.begin()) * kGridSide;
    for (std::size_t x = 0; x < kGridSide; ++x) out[x] += std::uint64_t{weight} * columns[x];
  }
}

/// The first one that does not end before row y.
std::vector<Tent>::const_iterator LumaGridBuilder::first_tent_of(std::uint32_t y) const {
  return std::partition_point(rows_.begin(), rows_.end(), [=](const Tent& tent) {
    return tent.first + tent.weights.size() <= y;
  });
}

void LumaGridBuilder::add(const LumaRow& row) {
  if (const auto tent = first_tent_of(row.y); tent == rows_.end() || tent->first > row.y) return;
  const std::uint32_t unit = row.gray.empty() ? 1000 : 1;
  if (unit == 1 && unit_ == 1 && narrow_) {
    RowSums<std::uint32_t> columns;
    narrow_columns_.sum(row.gray.data(), columns);
    return add(row.y, columns);
  }
  RowSums<std::uint64_t> columns;
  sum_columns(row, columns);
  // One picture may give rows of both kinds: what a damaged file lacks comes as gray.
  if (unit > unit_) {
    for (std::uint64_t& sum : sums_) sum *= unit;
    unit_ = unit;
  } else if (unit < unit_) {
    for (std::uint64_t& sum : columns) sum *= unit_;
  }
  add(row.y, columns);
}

LumaGrid LumaGridBuilder::finish() const {
  LumaGrid grid;
  for (std::size_t y = 0; y < kGridSide; ++y) {
    for (std::size_t x = 0; x < kGridSide; ++x) {
      const Wide denominator = Wide{rows_[y].denominator} * columns_[x].denominator * unit_;
      const Wide scaled = Wide{sums_[y * kGridSide + x]} << kLumaFraction;
      const std::size_t shown_y = upside_down_ ? kGridSide - 1 - y : y;
      const std::size_t at = transposed_ ? x * kGridSide + shown_y : shown_y * kGridSide + x;
      grid[at] = quotient(scaled, denominator);
    }
  }
  return grid;
}

}  // namespace ectype::hashing
