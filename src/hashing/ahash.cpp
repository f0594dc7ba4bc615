#include "core/known_algorithms.hpp"
#include "hashing/bit_writer.hpp"
#include "hashing/thumbnail_hasher.hpp"

#include <cstdlib>
#include <numeric>

namespace ectype::hashing {
namespace {

template <std::size_t Side>
HashedPicture judge(std::span<const std::uint8_t> pixels, HashKind) {
  constexpr int count = Side * Side;
  const int sum = std::accumulate(pixels.begin(), pixels.end(), 0);
  BitWriter<Side * Side> bits;
  for (const std::uint8_t pixel : pixels) {
    const int apart = pixel * count - sum;
    bits.add(apart > 0, std::abs(apart) >= count);
  }
  return bits.finish(bits.all_equal());
}

template <std::uint32_t Side>
using Hasher = ThumbnailHasher<Side, Side, ResizeFilter::lanczos, judge<Side>>;

constexpr std::string_view kQuality = "percentage of pixels at least a gray level from the mean";

}  // namespace

extern const Algorithm kAhash, kAhash256;

constinit const Algorithm kAhash{
    {"ahash", bit_kind(64), *default_radius("ahash"), 1, 1, kLongestSide, "an 8 x 8 picture against its mean",
     "imagehash.average_hash(hash_size=8), to the bit; after Krawetz, Looks Like It (2011)",
     kQuality},
    Rows::shown,
    &Hasher<8>::start};

constinit const Algorithm kAhash256{
    {"ahash_256", bit_kind(256), *default_radius("ahash_256"), 1, 1, kLongestSide, "a 16 x 16 picture against its mean",
     "imagehash.average_hash(hash_size=16), to the bit", kQuality},
    Rows::shown,
    &Hasher<16>::start};

}  // namespace ectype::hashing
