#include "ectype/pdq.hpp"

#include "hashing/dct.hpp"
#include "hashing/luma_grid.hpp"
#include "hashing/row_hasher.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ectype {
namespace {

using hashing::DctBlock;
using hashing::kDctSide;
using hashing::kGridSide;
using hashing::kLumaOne;
using hashing::LumaGrid;

/// A hash is degenerate where more than this many coefficients are as near to the median as the
/// rounding of 8-bit input moves them: their bits carry no content. Of 773 pictures two drawings
/// have 148 and 256 of them, all others 18 or less.
constexpr std::int64_t kNoise = kLumaOne / 64;
constexpr std::ptrdiff_t kMaxNoisyBits = 32;

/// The `fast` profile decodes again at full size where more than this many coefficients are so near
/// to the median that a reduced decode could move them across; photos have under a dozen.
constexpr std::int64_t kFastMargin = kLumaOne / 2;
constexpr std::ptrdiff_t kMaxDoubtfulBits = 16;

/// Sum over adjacent samples of the truncated percentage of full contrast, over 90, at most 100.
std::uint8_t gradient_quality(const LumaGrid& grid) {
  const auto percent = [](std::int64_t u, std::int64_t v) {
    return std::abs(u - v) * 100 / (255 * kLumaOne);
  };
  std::int64_t sum = 0;
  for (std::size_t y = 0; y < kGridSide; ++y) {
    for (std::size_t x = 0; x < kGridSide; ++x) {
      const std::size_t at = y * kGridSide + x;
      if (y + 1 < kGridSide) sum += percent(grid[at], grid[at + kGridSide]);
      if (x + 1 < kGridSide) sum += percent(grid[at], grid[at + 1]);
    }
  }
  return static_cast<std::uint8_t>(std::min<std::int64_t>(100, sum / 90));
}

/// The lower median: the 128th smallest of 256.
std::int64_t median(DctBlock block) {
  const auto middle = block.begin() + block.size() / 2 - 1;
  std::nth_element(block.begin(), middle, block.end());
  return *middle;
}

Hash256 threshold(const DctBlock& block, std::int64_t middle) {
  Hash256 hash;
  for (std::size_t k = 0; k < block.size(); ++k)
    if (block[k] > middle) hash.set(k);
  return hash;
}

/// How many coefficients lie nearer to the median than `margin`.
std::ptrdiff_t count_near_median(const DctBlock& block, std::int64_t margin) {
  const std::int64_t middle = median(block);
  return std::count_if(block.begin(), block.end(),
                       [=](std::int64_t value) { return std::abs(value - middle) < margin; });
}

/// Each transform of the picture transposes the block, changes signs, or both.
DctBlock transform_block(const DctBlock& block, Transform transform) {
  const bool transposed = transform == Transform::rotate90 || transform == Transform::rotate270 ||
                          transform == Transform::flip_plus1 || transform == Transform::flip_minus1;
  const auto negated = [transform](std::size_t i, std::size_t j) {
    switch (transform) {
      case Transform::rotate90:
      case Transform::flip_x:
        return i % 2 == 0;
      case Transform::rotate270:
      case Transform::flip_y:
        return j % 2 == 0;
      case Transform::rotate180:
      case Transform::flip_minus1:
        return (i + j) % 2 == 1;
      case Transform::original:
      case Transform::flip_plus1:
        return false;
    }
    return false;
  };
  DctBlock result;
  for (std::size_t i = 0; i < kDctSide; ++i) {
    for (std::size_t j = 0; j < kDctSide; ++j) {
      const std::int64_t value = transposed ? block[j * kDctSide + i] : block[i * kDctSide + j];
      result[i * kDctSide + j] = negated(i, j) ? -value : value;
    }
  }
  return result;
}

/// `fast` keeps at least this many pixels a side: fewer would move the hash by more than 2 bits.
constexpr std::uint32_t kFastSide = 512;

std::uint32_t allowed_shrink(PdqProfile profile, const ImageInfo& info) {
  if (profile == PdqProfile::exact) return 1;
  const std::uint32_t side = std::min(info.width, info.height);
  for (const std::uint32_t shrink : {8u, 4u, 2u})
    if (side / shrink >= kFastSide) return shrink;
  return 1;
}

struct Judged {
  DctBlock block{};
  Quality quality;
};

Judged judge(const LumaGrid& grid) {
  const DctBlock block = hashing::dct_16(grid);
  return {block, {gradient_quality(grid), count_near_median(block, kNoise) > kMaxNoisyBits}};
}

/// Transforms whose blocks are the transposes of each other: they share a median.
constexpr std::pair<Transform, Transform> kTransposed[] = {
    {Transform::original, Transform::flip_plus1},
    {Transform::flip_x, Transform::rotate270},
    {Transform::flip_y, Transform::rotate90},
    {Transform::rotate180, Transform::flip_minus1}};

std::array<Hash256, kTransformCount> dihedral_hashes(const DctBlock& block) {
  std::array<Hash256, kTransformCount> hashes;
  for (const auto& [upright, transposed] : kTransposed) {
    const DctBlock transformed = transform_block(block, upright);
    const std::int64_t middle = median(transformed);
    hashes[static_cast<std::size_t>(upright)] = threshold(transformed, middle);
    hashes[static_cast<std::size_t>(transposed)] =
        threshold(transform_block(block, transposed), middle);
  }
  return hashes;
}

struct Analysis : Judged {
  Decoded decoded;
  bool too_small = false;
};

Analysis analyse(const Image& image, std::uint32_t shrink) {
  const ImageInfo& info = image.info();
  Analysis analysis;
  RowReader rows = image.rows(shrink);
  hashing::LumaGridBuilder builder(info.width, info.height, info.orientation, rows.shrink());
  for (LumaRow row; rows.next(row);) builder.add(row);
  analysis.decoded = rows.decoded();
  analysis.too_small = std::min(info.width, info.height) < Pdq::kMinSide;
  if (analysis.too_small) return analysis;
  static_cast<Judged&>(analysis) = judge(builder.finish());
  if (rows.shrink() > 1 && count_near_median(analysis.block, kFastMargin) > kMaxDoubtfulBits)
    return analyse(image, 1);
  return analysis;
}

class PdqHasher : public hashing::RowHasher {
 public:
  explicit PdqHasher(const hashing::PictureShape& shape)
      : builder_(shape.width, shape.height, shape.orientation, 1) {}

  void add(const LumaRow& row) override { builder_.add(row); }
  [[nodiscard]] hashing::HashedPicture finish(HashKind) const override {
    const Judged judged = judge(builder_.finish());
    const auto hashes = dihedral_hashes(judged.block);
    return {judged.quality, {hashes.begin(), hashes.end()}};
  }

 private:
  hashing::LumaGridBuilder builder_;
};

}  // namespace

PdqResult Pdq::operator()(const Image& image) const {
  const Analysis analysis = analyse(image, allowed_shrink(profile_, image.info()));
  if (analysis.too_small) return {};
  return {threshold(analysis.block, median(analysis.block)), analysis.quality};
}

PdqVariants Pdq::variants(const Image& image) const {
  const Analysis analysis = analyse(image, allowed_shrink(profile_, image.info()));
  PdqVariants result{{}, analysis.quality, analysis.decoded};
  if (!analysis.too_small) result.hashes = dihedral_hashes(analysis.block);
  return result;
}

Hash256 Pdq::transformed(const Hash256& hash, Transform transform) {
  DctBlock signs;
  for (std::size_t k = 0; k < signs.size(); ++k) signs[k] = hash.test(k) ? 1 : -1;
  signs = transform_block(signs, transform);
  Hash256 result;
  for (std::size_t k = 0; k < signs.size(); ++k)
    if (signs[k] > 0) result.set(k);
  return result;
}

Recipe Pdq::recipe() const { return {"pdq", 1, profile_ == PdqProfile::exact ? "exact" : "fast"}; }

namespace hashing {

extern const Algorithm kPdq;
constinit const Algorithm kPdq{
    {"pdq", bit_kind(256), Pdq::kDefaultRadius, 1, Pdq::kMinSide, std::uint32_t{1} << 26,
     "256 signs of a DCT at full resolution; with the eight dihedral transforms",
     "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm (Facebook, 2019)",
     "contrast between adjacent samples of the 64 x 64 grid, as in the reference"},
    Rows::stored,
    [](const PictureShape& shape) -> std::unique_ptr<RowHasher> {
      return std::make_unique<PdqHasher>(shape);
    }};

}  // namespace hashing
}  // namespace ectype
