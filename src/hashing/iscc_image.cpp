#include "core/known_algorithms.hpp"
#include "hashing/bit_writer.hpp"
#include "hashing/exact_dct.hpp"
#include "hashing/thumbnail_hasher.hpp"

#include "ectype/error.hpp"
#include "ectype/iscc.hpp"

#include <array>

namespace ectype::hashing {
namespace {

constexpr std::uint32_t kSide = 32;
constexpr std::size_t kCount = 16;
constexpr std::size_t kBlock = 8;

/// The first Bits / 64 of the four 8 x 8 blocks of low frequencies, each against its own median.
template <std::size_t Bits>
HashedPicture judge_blocks(const std::vector<Int128>& coefficients) {
  BitWriter<Bits> bits;
  bool noise = false;
  for (std::size_t b = 0; b < Bits / (kBlock * kBlock); ++b) {
    std::array<Int128, kBlock * kBlock> block;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::size_t row = b / 2 * kBlock + i / kBlock;
      const std::size_t column = b % 2 * kBlock + i % kBlock;
      block[i] = coefficients[row * kCount + column];
    }
    noise |= add_against_median(block, kSide, bits);
  }
  return bits.finish(noise);
}

HashedPicture judge(std::span<const std::uint8_t> pixels, HashKind kind) {
  const std::vector<Int128> coefficients = exact_dct(pixels, kSide, kCount);
  return kind == bit_kind(64) ? judge_blocks<64>(coefficients) : judge_blocks<256>(coefficients);
}

using Hasher = ThumbnailHasher<kSide, kSide, ResizeFilter::bicubic, judge>;

constexpr std::string_view kSource =
    "ISO 24138:2024, Image-Code; equal to iscc-core on its 32 x 32 gray levels";
constexpr std::string_view kQuality =
    "percentage of coefficients at least a gray level (of orthonormal noise) from their median";

}  // namespace

extern const Algorithm kIsccImage, kIsccImage256;

constinit const Algorithm kIsccImage{
    {"iscc_image", bit_kind(64), *default_radius("iscc_image"), 1, 1, kLongestSide,
     "8 x 8 low frequencies of a 32 x 32 picture (bicubic) against their median", kSource,
     kQuality},
    Rows::shown,
    &Hasher::start};

constinit const Algorithm kIsccImage256{
    {"iscc_image_256", bit_kind(256), *default_radius("iscc_image_256"), 1, 1, kLongestSide,
     "four blocks of 8 x 8 low frequencies, each against its median", kSource, kQuality},
    Rows::shown,
    &Hasher::start};

}  // namespace ectype::hashing

namespace ectype {
namespace {

/// RFC 4648, without padding.
std::string to_base32(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = pending << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += digits[pending >> (bits - 5) & 31];
  }
  if (bits > 0) text += digits[pending << (5 - bits) & 31];
  return text;
}

}  // namespace

std::string iscc_image_code(const HashValue& hash) {
  const HashKind kind = hash.kind();
  if (kind != bit_kind(64) && kind != bit_kind(128) && kind != bit_kind(256))
    throw Error(ErrorCode::invalid_argument,
                "an ISCC Image-Code has 64, 128 or 256 bits, not " + kind.to_string());
  // Main type CONTENT, subtype IMAGE, version 0, length in units of 32 bits less one.
  std::vector<std::uint8_t> code{0x21, static_cast<std::uint8_t>(kind.bits() / 32 - 1)};
  const std::vector<std::uint8_t> digest = hash.to_bytes();
  code.insert(code.end(), digest.begin(), digest.end());
  return "ISCC:" + to_base32(code);
}

}  // namespace ectype
