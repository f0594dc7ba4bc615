#include "ectype/keypoint_signature.hpp"

#include "ectype/error.hpp"

#include <set>

#include <gtest/gtest.h>

namespace {

using ectype::Error;
using ectype::ErrorCode;
using ectype::Hash128;
using ectype::Keypoint;
using ectype::KeypointSignature;
using ectype::kKeypointFrequencies;

KeypointSignature example() {
  const Hash128 bits = Hash128::parse("0123456789abcdef0011223344556677");
  return {1024, 683, {{bits, 1023, 682, 63, 63}, {Hash128{}, 0, 0, 0, 0}, {bits, 512, 7, 20, 33}}};
}

ErrorCode code_of(std::vector<std::uint8_t> bytes) {
  try {
    (void)KeypointSignature::from_bytes(bytes);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

TEST(KeypointSignature, FrequenciesAreTheLowestWithoutTheConstant) {
  std::set<std::pair<int, int>> seen;
  int last = 0;
  for (const auto& f : kKeypointFrequencies) {
    EXPECT_GE(f.u + f.v, std::max(last, 1));
    EXPECT_LE(f.u + f.v, 15);
    last = f.u + f.v;
    EXPECT_TRUE(seen.emplace(f.u, f.v).second);
  }
}

TEST(KeypointSignature, MirroringAndInvertingAreSignPatterns) {
  const Hash128 bits = Hash128::parse("0123456789abcdef0011223344556677");
  const Hash128 mirrored = ectype::mirrored(bits);
  const Hash128 inverted = ectype::inverted(bits);
  for (std::size_t k = 0; k < Hash128::bits; ++k) {
    const auto [u, v] = kKeypointFrequencies[k];
    EXPECT_EQ(mirrored.test(k) != bits.test(k), v % 2 == 1);
    EXPECT_EQ(inverted.test(k) != bits.test(k), (u + v) % 2 == 0);
  }
  EXPECT_EQ(ectype::mirrored(mirrored), bits);
  EXPECT_EQ(ectype::inverted(inverted), bits);
  EXPECT_EQ(ectype::mirrored(inverted), ectype::inverted(mirrored));
}

TEST(KeypointSignature, BytesAreTwentyAKeypointAndComeBack) {
  const KeypointSignature signature = example();
  const auto bytes = signature.to_bytes();
  EXPECT_EQ(bytes.size(), 8 + 3 * KeypointSignature::kBytesPerKeypoint);
  EXPECT_EQ(KeypointSignature::from_bytes(bytes), signature);
  // The order of bytes is part of the format.
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(bytes[2] | bytes[3] << 8, 1024);
  EXPECT_EQ(bytes[4] | bytes[5] << 8, 683);
  EXPECT_EQ(bytes[6], 3);
  EXPECT_EQ(bytes[8], 0x01);
  EXPECT_EQ(bytes[23], 0x77);
  EXPECT_EQ(bytes[24] | (bytes[25] & 3) << 8, 1023);
}

TEST(KeypointSignature, OfNoKeypointsIsItsHeader) {
  const KeypointSignature signature{512, 1024, {}};
  EXPECT_EQ(signature.to_bytes().size(), 8u);
  EXPECT_EQ(KeypointSignature::from_bytes(signature.to_bytes()), signature);
}

TEST(KeypointSignature, RefusesEverythingElse) {
  const auto bytes = example().to_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(code_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}),
              ErrorCode::damaged);
  auto changed = bytes;
  changed.push_back(0);
  EXPECT_EQ(code_of(changed), ErrorCode::damaged);
  changed = bytes;
  changed[0] = 2;
  EXPECT_EQ(code_of(changed), ErrorCode::unsupported);
  changed = bytes;
  changed[2] = 1;  // a longest side of 1025
  EXPECT_EQ(code_of(changed), ErrorCode::damaged);
  changed = bytes;
  changed[4] = changed[5] = 0;  // no height
  EXPECT_EQ(code_of(changed), ErrorCode::damaged);
  changed = bytes;
  changed[6] = changed[7] = 255;
  EXPECT_EQ(code_of(changed), ErrorCode::damaged);
}

}  // namespace
