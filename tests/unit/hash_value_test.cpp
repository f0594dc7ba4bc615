#include "ectype/hash_value.hpp"

#include "support/errors.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace {

using ectype::bit_kind;
using ectype::byte_kind;
using ectype::ErrorCode;
using ectype::Hash128;
using ectype::Hash256;
using ectype::Hash64;
using ectype::HashKind;
using ectype::HashValue;
using ectype::Metric;
using support::code_of;

std::vector<std::uint8_t> counting(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(17 * i + 1);
  return bytes;
}

TEST(HashValue, KeepsBytesAndTextOfEveryKind) {
  for (const HashKind kind : {bit_kind(64), bit_kind(128), bit_kind(256), byte_kind(1),
                              byte_kind(144), byte_kind(1024)}) {
    const auto bytes = counting(kind.bytes);
    const HashValue hash = HashValue::from_bytes(kind, bytes);
    EXPECT_EQ(hash.kind(), kind);
    EXPECT_EQ(hash.to_bytes(), bytes);
    EXPECT_EQ(hash.to_hex(), ectype::to_hex(bytes));
    EXPECT_EQ(HashValue::parse(kind, hash.to_hex()), hash);
  }
}

TEST(HashValue, IsTheTypedHashThatItWasMadeFrom) {
  const Hash64 small({42});
  const HashValue value = small;
  EXPECT_EQ(value.as<Hash64>(), small);
  EXPECT_EQ(value.to_hex(), small.to_hex());
  EXPECT_EQ(value.get_if<Hash256>(), nullptr);
  EXPECT_EQ(code_of([&] { static_cast<void>(value.as<Hash256>()); }), ErrorCode::mismatch);
  EXPECT_EQ(HashValue(ectype::ByteHash<3>({1, 2, 3})).to_hex(), "010203");
}

TEST(HashValue, DistanceIsThatOfItsKind) {
  EXPECT_EQ(distance(Hash64({0b1011}), Hash64({0b0001})), 2u);
  EXPECT_EQ(distance(Hash256({1, 0, 0, 1}), Hash256()), 2u);
  EXPECT_EQ(distance(Hash128({0, ~std::uint64_t{0}}), Hash128()), 64u);
  EXPECT_EQ(distance(ectype::ByteHash<2>({0, 10}), ectype::ByteHash<2>({255, 7})), 65034u);
  EXPECT_EQ(bit_kind(64).max_distance(), 64u);
  EXPECT_EQ(byte_kind(2).max_distance(), 130050u);
}

TEST(HashValue, RefusesOtherKindsAndBadTexts) {
  EXPECT_EQ(code_of([] { static_cast<void>(distance(Hash64(), Hash256())); }), ErrorCode::mismatch);
  EXPECT_EQ(
      code_of([] {
        static_cast<void>(distance(HashValue::from_bytes(byte_kind(8), counting(8)), Hash64()));
      }),
      ErrorCode::mismatch);
  for (const char* text : {"", "00", "000000000000000g", "0x00000000000000", "00000000000000000"})
    EXPECT_EQ(code_of([&] { static_cast<void>(HashValue::parse(bit_kind(64), text)); }),
              ErrorCode::invalid_argument)
        << text;
  for (const HashKind kind : {HashKind{Metric::hamming, 9}, byte_kind(0), byte_kind(1025)})
    EXPECT_EQ(
        code_of([&] { static_cast<void>(HashValue::from_bytes(kind, counting(kind.bytes))); }),
        ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { static_cast<void>(HashValue::from_bytes(bit_kind(64), counting(7))); }),
            ErrorCode::invalid_argument);
}

}  // namespace
