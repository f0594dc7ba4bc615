#include "ectype/keypoint_signature.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <string>

// The stored form, all numbers little-endian:
//   0  version (1)
//   1  zero
//   2  width (16 bits), 4  height (16 bits), 6  number of keypoints (16 bits)
//   8  for each keypoint: its descriptor as `Hash128::to_bytes` gives it (16 bytes), then
//      x | y << 10 | scale << 20 | angle << 26 (32 bits)

namespace ectype {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 8;
constexpr std::uint16_t kFullSide = 1024;

constexpr std::array<KeypointFrequency, Hash128::bits> lowest_frequencies() {
  std::array<KeypointFrequency, Hash128::bits> lowest{};
  std::size_t count = 0;
  for (std::uint8_t sum = 1; count < lowest.size(); ++sum)
    for (std::uint8_t u = 0; u <= sum && count < lowest.size(); ++u)
      lowest[count++] = {u, static_cast<std::uint8_t>(sum - u)};
  return lowest;
}

constexpr auto kFrequencies = lowest_frequencies();

template <typename Predicate>
constexpr Hash128 bits_where(Predicate predicate) {
  Hash128 bits;
  for (std::size_t k = 0; k < Hash128::bits; ++k)
    if (predicate(kFrequencies[k])) bits.set(k);
  return bits;
}

constexpr Hash128 kMirrorBits = bits_where([](KeypointFrequency f) { return f.v % 2 == 1; });
constexpr Hash128 kInvertBits =
    bits_where([](KeypointFrequency f) { return (f.u + f.v) % 2 == 0; });

constexpr Hash128 flip(const Hash128& descriptor, const Hash128& bits) noexcept {
  Hash128::Words words = descriptor.as_words();
  for (std::size_t i = 0; i < words.size(); ++i) words[i] ^= bits.as_words()[i];
  return Hash128(words);
}

template <typename Number>
void put(std::vector<std::uint8_t>& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out.push_back(static_cast<std::uint8_t>(number >> 8 * i));
}

template <typename Number>
Number get(const std::uint8_t* bytes) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = static_cast<Number>(number | Number{bytes[i]} << 8 * i);
  return number;
}

std::uint32_t pack_geometry(const Keypoint& point) {
  return std::uint32_t{point.x} | std::uint32_t{point.y} << 10 | std::uint32_t{point.scale} << 20 |
         std::uint32_t{point.angle} << 26;
}

void unpack_geometry(std::uint32_t packed, Keypoint& point) {
  point.x = packed & 1023;
  point.y = packed >> 10 & 1023;
  point.scale = packed >> 20 & 63;
  point.angle = static_cast<std::uint8_t>(packed >> 26);
}

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::damaged, "not a keypoint signature: " + what);
}

}  // namespace

const std::array<KeypointFrequency, Hash128::bits> kKeypointFrequencies = kFrequencies;

Hash128 mirrored(const Hash128& descriptor) noexcept { return flip(descriptor, kMirrorBits); }
Hash128 inverted(const Hash128& descriptor) noexcept { return flip(descriptor, kInvertBits); }

std::vector<std::uint8_t> KeypointSignature::to_bytes() const {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(kHeaderBytes + kBytesPerKeypoint * keypoints.size());
  bytes = {kVersion, 0};
  put(bytes, width);
  put(bytes, height);
  put(bytes, static_cast<std::uint16_t>(keypoints.size()));
  for (const Keypoint& point : keypoints) {
    const Hash128::Bytes descriptor = point.descriptor.to_bytes();
    bytes.insert(bytes.end(), descriptor.begin(), descriptor.end());
    put(bytes, pack_geometry(point));
  }
  return bytes;
}

KeypointSignature KeypointSignature::from_bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kHeaderBytes)
    fail(std::to_string(bytes.size()) + " bytes are less than its header");
  if (bytes[0] != kVersion || bytes[1] != 0)
    throw Error(ErrorCode::unsupported, "keypoint signature of version " +
                                            std::to_string(bytes[0]) +
                                            ": this library reads version 1; extract it again");
  KeypointSignature signature;
  signature.width = get<std::uint16_t>(bytes.data() + 2);
  signature.height = get<std::uint16_t>(bytes.data() + 4);
  const std::size_t count = get<std::uint16_t>(bytes.data() + 6);
  if (std::max(signature.width, signature.height) != kFullSide ||
      std::min(signature.width, signature.height) == 0)
    fail("its sides are " + std::to_string(signature.width) + " and " +
         std::to_string(signature.height) + "; the longest has to be 1024");
  if (count > kMaxKeypoints) fail("it claims " + std::to_string(count) + " keypoints");
  if (bytes.size() != kHeaderBytes + count * kBytesPerKeypoint)
    fail("it has " + std::to_string(bytes.size()) + " bytes, and " + std::to_string(count) +
         " keypoints need " + std::to_string(kHeaderBytes + count * kBytesPerKeypoint));
  signature.keypoints.resize(count);
  const std::uint8_t* at = bytes.data() + kHeaderBytes;
  for (Keypoint& point : signature.keypoints) {
    Hash128::Bytes descriptor;
    std::copy_n(at, descriptor.size(), descriptor.begin());
    point.descriptor = Hash128::from_bytes(descriptor);
    unpack_geometry(get<std::uint32_t>(at + descriptor.size()), point);
    at += kBytesPerKeypoint;
  }
  return signature;
}

}  // namespace ectype
