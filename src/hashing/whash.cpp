#include "core/known_algorithms.hpp"
#include "hashing/bit_writer.hpp"
#include "hashing/pillow_resize.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <vector>

// The reference resizes to a square whose side is a power of two, takes the mean out through a full
// Haar transform, and compares the Haar approximation of 8 x 8 or 16 x 16 samples with its median.
// Each sample is the sum of a block of pixels, less the mean, scaled: so the sums tell the same.

namespace ectype::hashing {
namespace {

constexpr std::uint32_t kSmall = 8;
constexpr std::uint32_t kLarge = 16;

std::uint32_t natural_side(const PictureShape& shape) {
  return std::bit_floor(std::min(shape.width, shape.height));
}

/// Sums of `blocks` x `blocks` equal parts of the square that a picture is resized to.
class BlockSums {
 public:
  BlockSums(const PictureShape& shape, std::uint32_t blocks)
      : blocks_(blocks),
        side_(std::max(natural_side(shape), blocks)),
        sums_(std::size_t{blocks} * blocks),
        resize_({shape.width, shape.height}, {side_, side_}, ResizeFilter::lanczos) {}

  void add(const LumaRow& row) {
    resize_.add(row.y, row.gray, [this](std::uint32_t y, std::span<const std::uint8_t> pixels) {
      const std::uint32_t block = side_ / blocks_;
      std::int64_t* sums = sums_.data() + std::size_t{y / block} * blocks_;
      for (std::size_t x = 0; x < blocks_; ++x, pixels = pixels.subspan(block))
        sums[x] += std::accumulate(pixels.begin(), pixels.begin() + block, 0u);
    });
  }
  [[nodiscard]] const std::vector<std::int64_t>& sums() const noexcept { return sums_; }
  /// Pixels of a block.
  [[nodiscard]] std::int64_t area() const noexcept {
    return std::int64_t{side_ / blocks_} * (side_ / blocks_);
  }

 private:
  std::uint32_t blocks_, side_;
  std::vector<std::int64_t> sums_;
  PillowResize resize_;
};

template <std::size_t Bits>
HashedPicture judge(const std::vector<std::int64_t>& sums, std::int64_t area) {
  std::vector<std::int64_t> sorted = sums;
  std::sort(sorted.begin(), sorted.end());
  const std::int64_t median2 = sorted[Bits / 2 - 1] + sorted[Bits / 2];
  BitWriter<Bits> bits;
  bool noise = false;
  for (const std::int64_t sum : sums) {
    const std::int64_t apart = 2 * sum - median2;
    bits.add(apart > 0, std::abs(apart) >= 2 * area);
    noise = noise || apart == 0;
  }
  return bits.finish(noise);
}

/// Sums of four neighbours each.
std::vector<std::int64_t> halve(const std::vector<std::int64_t>& sums) {
  std::vector<std::int64_t> halved(std::size_t{kSmall} * kSmall);
  for (std::size_t y = 0; y < kLarge; ++y)
    for (std::size_t x = 0; x < kLarge; ++x) halved[y / 2 * kSmall + x / 2] += sums[y * kLarge + x];
  return halved;
}

/// For both sizes: they resize to the same square, but for pictures under 16 pixels.
class WaveletHasher : public RowHasher {
 public:
  explicit WaveletHasher(const PictureShape& shape) : large_(shape, kLarge) {
    if (natural_side(shape) < kLarge) small_.emplace(shape, kSmall);
  }

  void add(const LumaRow& row) override {
    large_.add(row);
    if (small_) small_->add(row);
  }
  [[nodiscard]] HashedPicture finish(HashKind kind) const override {
    if (kind == bit_kind(256)) return judge<256>(large_.sums(), large_.area());
    if (small_) return judge<64>(small_->sums(), small_->area());
    return judge<64>(halve(large_.sums()), 4 * large_.area());
  }

 private:
  BlockSums large_;
  std::optional<BlockSums> small_;
};

std::unique_ptr<RowHasher> start(const PictureShape& shape) {
  return std::make_unique<WaveletHasher>(shape);
}

constexpr std::string_view kQuality =
    "percentage of blocks whose mean is at least a gray level from the median";

}  // namespace

extern const Algorithm kWhash, kWhash256;

constinit const Algorithm kWhash{
    {"whash", bit_kind(64), *default_radius("whash"), 1, 1, kLongestSide, "8 x 8 Haar approximation against its median",
     "imagehash.whash(hash_size=8), to the bit", kQuality},
    Rows::shown,
    &start};

constinit const Algorithm kWhash256{{"whash_256", bit_kind(256), *default_radius("whash_256"), 1, 1, kLongestSide,
                                     "16 x 16 Haar approximation against its median",
                                     "imagehash.whash(hash_size=16), to the bit", kQuality},
                                    Rows::shown,
                                    &start};

}  // namespace ectype::hashing
