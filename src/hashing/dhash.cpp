#include "core/known_algorithms.hpp"
#include "hashing/bit_writer.hpp"
#include "hashing/thumbnail_hasher.hpp"

namespace ectype::hashing {
namespace {

template <std::size_t Side>
HashedPicture judge(std::span<const std::uint8_t> pixels, HashKind) {
  BitWriter<Side * Side> bits;
  for (std::size_t y = 0; y < Side; ++y) {
    const std::uint8_t* row = pixels.data() + y * (Side + 1);
    for (std::size_t x = 0; x < Side; ++x) {
      const int rise = row[x + 1] - row[x];
      bits.add(rise > 0, rise < 0 || rise > 1);
    }
  }
  return bits.finish(bits.all_equal());
}

template <std::uint32_t Side>
using Hasher = ThumbnailHasher<Side + 1, Side, ResizeFilter::lanczos, judge<Side>>;

constexpr std::string_view kQuality =
    "percentage of bits that one gray level in one of their pixels does not turn";

}  // namespace

extern const Algorithm kDhash, kDhash256;

constinit const Algorithm kDhash{
    {"dhash", bit_kind(64), *default_radius("dhash"), 1, 1, kLongestSide,
     "where a 9 x 8 picture gets lighter from left to right",
     "imagehash.dhash(hash_size=8), to the bit; after Krawetz, Kind of Like That (2013)", kQuality},
    Rows::shown,
    &Hasher<8>::start};

constinit const Algorithm kDhash256{{"dhash_256", bit_kind(256), *default_radius("dhash_256"), 1, 1, kLongestSide,
                                     "where a 17 x 16 picture gets lighter from left to right",
                                     "imagehash.dhash(hash_size=16), to the bit", kQuality},
                                    Rows::shown,
                                    &Hasher<16>::start};

}  // namespace ectype::hashing
