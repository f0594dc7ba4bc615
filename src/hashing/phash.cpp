#include "core/known_algorithms.hpp"
#include "hashing/bit_writer.hpp"
#include "hashing/exact_dct.hpp"
#include "hashing/thumbnail_hasher.hpp"

#include <algorithm>

namespace ectype::hashing {
namespace {

/// The reference shrinks to four times the side of its block of coefficients.
constexpr std::size_t kShrunkShare = 4;

template <std::size_t Side>
HashedPicture judge(std::span<const std::uint8_t> pixels, HashKind) {
  constexpr std::size_t shrunk = kShrunkShare * Side;
  BitWriter<Side * Side> bits;
  const bool noise = add_against_median(exact_dct(pixels, shrunk, Side), shrunk, bits);
  return bits.finish(noise);
}

template <std::uint32_t Side>
using Hasher =
    ThumbnailHasher<kShrunkShare * Side, kShrunkShare * Side, ResizeFilter::lanczos, judge<Side>>;

constexpr std::string_view kQuality =
    "percentage of coefficients at least a gray level (of orthonormal noise) from the median";

}  // namespace

extern const Algorithm kPhash, kPhash256;

constinit const Algorithm kPhash{
    {"phash", bit_kind(64), *default_radius("phash"), 1, 1, kLongestSide,
     "8 x 8 low frequencies of a 32 x 32 picture against their median",
     "imagehash.phash(hash_size=8), to the bit; after Krawetz, Looks Like It (2011)", kQuality},
    Rows::shown,
    &Hasher<8>::start};

constinit const Algorithm kPhash256{
    {"phash_256", bit_kind(256), *default_radius("phash_256"), 1, 1, kLongestSide,
     "16 x 16 low frequencies of a 64 x 64 picture against their median",
     "imagehash.phash(hash_size=16), to the bit", kQuality},
    Rows::shown,
    &Hasher<16>::start};

}  // namespace ectype::hashing
