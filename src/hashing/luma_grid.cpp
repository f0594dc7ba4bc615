#include "hashing/luma_grid.hpp"

#include "hashing/orientation.hpp"

#include <algorithm>

namespace ectype::hashing {
namespace {

__extension__ using Wide = unsigned __int128;

bool fits_narrow(const std::vector<Tent>& tents) {
  return std::all_of(tents.begin(), tents.end(), [](const Tent& tent) {
    return tent.denominator * 255 <= INT32_MAX &&
           *std::max_element(tent.weights.begin(), tent.weights.end()) <= INT16_MAX;
  });
}

/// The hot loop: compilers turn it into multiply-add instructions on pairs (PMADDWD).
std::int32_t dot(const std::uint8_t* pixels, const std::int16_t* weights, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::int16_t>(pixels[i]) * weights[i];
  return sum;
}

template <typename Pixel>
std::uint64_t wide_dot(const Pixel* pixels, const std::vector<std::uint32_t>& weights) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += std::uint64_t{pixels[i]} * weights[i];
  return sum;
}

}  // namespace

LumaGridBuilder::LumaGridBuilder(std::uint32_t width, std::uint32_t height, int orientation,
                                 std::uint32_t shrink)
    : columns_(make_tents(width, mirrors_columns(orientation), shrink)),
      rows_(make_tents(height, mirrors_rows(orientation), shrink)),
      narrow_(fits_narrow(columns_)),
      transposed_(transposes(orientation)) {
  if (!narrow_) return;
  for (const Tent& tent : columns_)
    narrow_weights_.insert(narrow_weights_.end(), tent.weights.begin(), tent.weights.end());
}

void LumaGridBuilder::sum_columns(const LumaRow& row, RowSums& sums) const {
  if (row.gray.empty()) {
    for (std::size_t o = 0; o < kGridSide; ++o)
      sums[o] = wide_dot(row.milli.data() + columns_[o].first, columns_[o].weights);
  } else if (narrow_) {
    const std::int16_t* weights = narrow_weights_.data();
    for (std::size_t o = 0; o < kGridSide; ++o) {
      const std::size_t count = columns_[o].weights.size();
      sums[o] =
          static_cast<std::uint64_t>(dot(row.gray.data() + columns_[o].first, weights, count));
      weights += count;
    }
  } else {
    for (std::size_t o = 0; o < kGridSide; ++o)
      sums[o] = wide_dot(row.gray.data() + columns_[o].first, columns_[o].weights);
  }
}

void LumaGridBuilder::add(const LumaRow& row) {
  RowSums columns;
  bool summed = false;
  for (std::size_t o = 0; o < kGridSide; ++o) {
    const Tent& tent = rows_[o];
    if (row.y < tent.first || row.y - tent.first >= tent.weights.size()) continue;
    if (!summed) {
      sum_columns(row, columns);
      // One picture may give rows of both kinds: what a damaged file lacks comes as gray.
      const std::uint32_t unit = row.gray.empty() ? 1000 : 1;
      if (unit > unit_) {
        for (std::uint64_t& sum : sums_) sum *= unit;
        unit_ = unit;
      } else if (unit < unit_) {
        for (std::uint64_t& sum : columns) sum *= unit_;
      }
      summed = true;
    }
    const std::uint64_t weight = tent.weights[row.y - tent.first];
    std::uint64_t* out = sums_.data() + o * kGridSide;
    for (std::size_t x = 0; x < kGridSide; ++x) out[x] += weight * columns[x];
  }
}

LumaGrid LumaGridBuilder::finish() const {
  LumaGrid grid;
  for (std::size_t y = 0; y < kGridSide; ++y) {
    for (std::size_t x = 0; x < kGridSide; ++x) {
      const Wide denominator = Wide{rows_[y].denominator} * columns_[x].denominator * unit_;
      const Wide scaled = Wide{sums_[y * kGridSide + x]} << kLumaFraction;
      const std::size_t at = transposed_ ? x * kGridSide + y : y * kGridSide + x;
      grid[at] = static_cast<std::int64_t>((scaled + denominator / 2) / denominator);
    }
  }
  return grid;
}

}  // namespace ectype::hashing
