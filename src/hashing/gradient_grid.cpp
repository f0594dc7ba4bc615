#include "ectype/gradient_grid.hpp"

#include "hashing/area_grid.hpp"
#include "hashing/row_hasher.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace ectype {
namespace {

using hashing::AreaGrid;
using hashing::AreaGridBuilder;
using hashing::kAreaOne;
using hashing::kAreaSide;

constexpr std::size_t kSide = kAreaSide;
constexpr std::size_t kCells = GradientGrid::kCells;
constexpr std::size_t kDirections = GradientGrid::kDirections;
constexpr std::size_t kBytes = GradientGrid::kBytes;

// The next three were chosen by evaluation. The window: what is near the edge is what a crop, a
// border or a caption changes.
constexpr int kBlurs = 2;
constexpr std::array<std::int64_t, kCells> kWindow{5, 7, 8, 8, 7, 5};
constexpr std::int64_t kClipHalves = 3;  // half root mean squares

/// Length of the vector of bytes less 128: they have a root mean square of 40.
constexpr std::int64_t kLength = 679;

constexpr std::int64_t kBlurGain = 256;  // 16 a blur
constexpr std::int64_t kLevel = kAreaOne * kBlurGain;
constexpr std::int64_t kFullQuality = 2;  // levels of mean change
static_assert(kBlurs == 2 && kSide % (2 * kCells) == 0);

struct Gradient {
  std::int32_t x, y;
};
using Gradients = std::array<Gradient, kSide * kSide>;
/// A value a byte: (row * kCells + column) * kDirections + direction.
using Values = std::array<std::int64_t, kBytes>;

std::size_t before(std::size_t i) { return i == 0 ? 0 : i - 1; }
std::size_t after(std::size_t i) { return std::min(i + 1, kSide - 1); }

/// (1 2 1) x (1 2 1), not divided, the edge repeated.
AreaGrid blur(const AreaGrid& in) {
  AreaGrid rows;
  for (std::size_t y = 0; y < kSide; ++y)
    for (std::size_t x = 0; x < kSide; ++x)
      rows[y * kSide + x] =
          in[y * kSide + before(x)] + 2 * in[y * kSide + x] + in[y * kSide + after(x)];
  AreaGrid out;
  for (std::size_t y = 0; y < kSide; ++y)
    for (std::size_t x = 0; x < kSide; ++x)
      out[y * kSide + x] =
          rows[before(y) * kSide + x] + 2 * rows[y * kSide + x] + rows[after(y) * kSide + x];
  return out;
}

Gradients gradients(AreaGrid grid) {
  for (int i = 0; i < kBlurs; ++i) grid = blur(grid);
  Gradients out;
  for (std::size_t y = 0; y < kSide; ++y)
    for (std::size_t x = 0; x < kSide; ++x)
      out[y * kSide + x] = {grid[y * kSide + after(x)] - grid[y * kSide + before(x)],
                            grid[after(y) * kSide + x] - grid[before(y) * kSide + x]};
  return out;
}

/// What a sample counts along one axis: linear between the centres of two cells.
struct Share {
  std::size_t cell;  // and the next one
  std::int64_t here, next;
};

Share share_at(std::size_t position) {
  constexpr std::size_t width = kSide / kCells;
  // In half samples from the first centre.
  const auto from_first = static_cast<std::ptrdiff_t>(2 * position + 1) - std::ptrdiff_t{width};
  const auto clamped =
      static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from_first, 0, 2 * width * (kCells - 1)));
  const std::size_t cell = std::min(clamped / (2 * width), kCells - 2);
  const auto next = static_cast<std::int64_t>(clamped - cell * 2 * width);
  return {cell, std::int64_t{2 * width} - next, next};
}

/// Adds a gradient to the two of the eight directions that it lies between, so that gradients along
/// any direction count about the same: |x| - |y| to the axis, the rest, times the root of 2, to the
/// diagonal.
void add_gradient(Gradient gradient, std::int64_t weight, std::int64_t* cell) {
  const std::int64_t x = std::abs(gradient.x);
  const std::int64_t y = std::abs(gradient.y);
  const std::size_t horizontal = gradient.x < 0 ? 4 : 0;
  const std::size_t vertical = gradient.y < 0 ? 6 : 2;
  const std::size_t diagonal = gradient.y < 0 ? (gradient.x < 0 ? 5 : 7) : (gradient.x < 0 ? 3 : 1);
  cell[x > y ? horizontal : vertical] += weight * std::abs(x - y);
  cell[diagonal] += weight * (std::min(x, y) * 181 / 128);
}

Values sum_cells(const Gradients& gradients) {
  std::array<Share, kSide> shares;
  for (std::size_t i = 0; i < kSide; ++i) shares[i] = share_at(i);
  Values sums{};
  for (std::size_t y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      const Share& row = shares[y];
      const Share& column = shares[x];
      std::int64_t* cell = sums.data() + (row.cell * kCells + column.cell) * kDirections;
      const Gradient gradient = gradients[y * kSide + x];
      add_gradient(gradient, row.here * column.here, cell);
      add_gradient(gradient, row.here * column.next, cell + kDirections);
      add_gradient(gradient, row.next * column.here, cell + kCells * kDirections);
      add_gradient(gradient, row.next * column.next, cell + (kCells + 1) * kDirections);
    }
  }
  return sums;
}

/// Rounded down, whatever the rounding of sqrt: 0 <= n < 2^62.
std::int64_t integer_sqrt(std::int64_t n) {
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root > n) --root;
  while ((root + 1) * (root + 1) <= n) ++root;
  return root;
}

std::int64_t sum_of_squares(const Values& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), std::int64_t{0});
}

void subtract_mean(Values& values) {
  const std::int64_t mean =
      std::accumulate(values.begin(), values.end(), std::int64_t{0}) / std::int64_t{kBytes};
  for (std::int64_t& value : values) value -= mean;
}

void clip(Values& values) {
  const std::int64_t rms = integer_sqrt(sum_of_squares(values) / std::int64_t{kBytes});
  const std::int64_t limit = rms * kClipHalves / 2;
  for (std::int64_t& value : values) value = std::clamp(value, -limit, limit);
}

void weight_cells(Values& values) {
  for (std::size_t i = 0; i < kBytes; ++i) {
    const std::size_t cell = i / kDirections;
    values[i] *= kWindow[cell / kCells] * kWindow[cell % kCells];
  }
}

/// The byte of a value.
std::size_t byte_of(std::size_t i) {
  const std::size_t cell = i / kDirections;
  return GradientGrid::byte_of(cell / kCells, cell % kCells, i % kDirections);
}

GradientGrid::Hash quantise(const Values& values) {
  const std::int64_t norm = std::max<std::int64_t>(1, integer_sqrt(sum_of_squares(values)));
  GradientGrid::Hash::Values bytes;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const std::int64_t value = std::clamp(values[i] * kLength, -128 * norm, 127 * norm);
    bytes[byte_of(i)] = static_cast<std::uint8_t>((value + 128 * norm + norm / 2) / norm);
  }
  return GradientGrid::Hash(bytes);
}

/// The mean sum is under 2^40 and thus the root mean square of the roots under 2^20: clipped and
/// weighted (by 64 at most), their sum of squares stays under 2^62.
GradientGrid::Hash hash_of(const Values& sums) {
  Values values;
  std::transform(sums.begin(), sums.end(), values.begin(), integer_sqrt);
  subtract_mean(values);  // or all textures, with much of everything everywhere, would be alike
  clip(values);
  weight_cells(values);
  return quantise(values);
}

/// True where over two thirds of the vector are the same in all cells: stripes, bricks, grass. Such
/// patterns are near each other, and pictures are not: of 773 five are over .7, all others under
/// .6.
bool is_pattern(const GradientGrid::Hash& hash) {
  std::array<std::int64_t, kDirections> totals{};
  std::int64_t squares = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const std::int64_t value = std::int64_t{hash.values()[byte_of(i)]} - 128;
    totals[i % kDirections] += value;
    squares += value * value;
  }
  const std::int64_t common =
      std::inner_product(totals.begin(), totals.end(), totals.begin(), std::int64_t{0});
  return 3 * common > 2 * squares * std::int64_t{kCells * kCells};
}

Quality quality_of(const Gradients& gradients, const Values& sums, const GradientGrid::Hash& hash) {
  std::int64_t change = 0;
  for (const Gradient& gradient : gradients)
    change += std::int64_t{std::abs(gradient.x)} + std::abs(gradient.y);
  constexpr std::int64_t level = kLevel * kSide * kSide;  // of mean change
  const std::int64_t value = std::min<std::int64_t>(100, change * 100 / (kFullQuality * level));
  const auto zeros = static_cast<std::size_t>(std::count(sums.begin(), sums.end(), 0));
  const bool degenerate = 2 * change < level || 4 * zeros > 3 * kBytes || is_pattern(hash);
  return {static_cast<std::uint8_t>(value), degenerate};
}

GradientGridResult describe(const AreaGrid& grid) {
  const Gradients slopes = gradients(grid);
  const Values sums = sum_cells(slopes);
  const GradientGrid::Hash hash = hash_of(sums);
  return {hash, quality_of(slopes, sums, hash)};
}

std::array<GradientGrid::Hash, kTransformCount> dihedral_hashes(const GradientGrid::Hash& hash) {
  std::array<GradientGrid::Hash, kTransformCount> hashes;
  std::transform(kTransforms.begin(), kTransforms.end(), hashes.begin(),
                 [&](Transform transform) { return GradientGrid::permuted(hash, transform); });
  return hashes;
}

bool too_small(const ImageInfo& info) {
  return std::min(info.width, info.height) < GradientGrid::kMinSide;
}

class GradientGridHasher : public hashing::RowHasher {
 public:
  explicit GradientGridHasher(const hashing::PictureShape& shape)
      : builder_(shape.width, shape.height, shape.orientation) {}

  void add(const LumaRow& row) override { builder_.add(row); }
  [[nodiscard]] hashing::HashedPicture finish(HashKind) const override {
    const auto [hash, quality] = describe(builder_.finish());
    const auto hashes = dihedral_hashes(hash);
    return {quality, {hashes.begin(), hashes.end()}};
  }

 private:
  AreaGridBuilder builder_;
};

}  // namespace

GradientGridResult GradientGrid::operator()(const Image& image) const {
  const GradientGridVariants result = variants(image);
  return {result[Transform::original], result.quality};
}

GradientGridVariants GradientGrid::variants(const Image& image) const {
  const ImageInfo& info = image.info();
  if (too_small(info)) return {};
  AreaGridBuilder builder(info.width, info.height, info.orientation);
  RowReader rows = image.rows();
  for (LumaRow row; rows.next(row);) builder.add(row);
  const auto [hash, quality] = describe(builder.finish());
  return {dihedral_hashes(hash), quality, rows.decoded()};
}

Recipe GradientGrid::recipe() const { return {"gradient_grid", 1, "exact"}; }

namespace hashing {

extern const Algorithm kGradientGrid;
constinit const Algorithm kGradientGrid{
    {"gradient_grid", byte_kind(kBytes), GradientGrid::kDefaultRadius, 1, GradientGrid::kMinSide,
     std::uint32_t{1} << 26,
     "directions of edges in a grid of 6 x 6 cells; with the eight dihedral transforms",
     "this library; in the tradition of SIFT (Lowe, 2004) and HOG (Dalal and Triggs, 2005)",
     "mean change between the samples of a 96 x 96 grid; 100 from 2 levels on"},
    Rows::stored,
    [](const PictureShape& shape) -> std::unique_ptr<RowHasher> {
      return std::make_unique<GradientGridHasher>(shape);
    }};

}  // namespace hashing
}  // namespace ectype
