#include "ectype/bit_hash.hpp"

#include "ectype/byte_hash.hpp"

#include <random>
#include <unordered_set>

#include <gtest/gtest.h>

namespace {

using ectype::ByteHash;
using ectype::Hash128;
using ectype::Hash256;
using ectype::Hash64;

template <typename Hash>
class BitHashTest : public testing::Test {};
using Lengths = testing::Types<Hash64, Hash128, Hash256>;
TYPED_TEST_SUITE(BitHashTest, Lengths);

template <typename Hash>
Hash random_hash(std::mt19937_64& random) {
  typename Hash::Words words;
  for (auto& word : words) word = random();
  return Hash(words);
}

TYPED_TEST(BitHashTest, ParsesWhatItFormats) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    const auto hash = random_hash<TypeParam>(random);
    EXPECT_EQ(hash.to_hex().size(), TypeParam::bits / 4);
    EXPECT_EQ(TypeParam::parse(hash.to_hex()), hash);
    EXPECT_EQ(TypeParam::from_bytes(hash.to_bytes()), hash);
  }
}

TYPED_TEST(BitHashTest, HighestBitComesFirstInText) {
  TypeParam hash;
  hash.set(TypeParam::bits - 1);
  EXPECT_EQ(hash.to_hex(), "8" + std::string(TypeParam::bits / 4 - 1, '0'));
  TypeParam low;
  low.set(0);
  EXPECT_EQ(low.to_hex(), std::string(TypeParam::bits / 4 - 1, '0') + "1");
}

TYPED_TEST(BitHashTest, EachBitCountsOnce) {
  for (std::size_t bit = 0; bit < TypeParam::bits; ++bit) {
    TypeParam hash;
    hash.set(bit);
    EXPECT_TRUE(hash.test(bit));
    EXPECT_EQ(hash.popcount(), 1);
    EXPECT_EQ(hamming_distance(hash, TypeParam{}), 1);
  }
}

TYPED_TEST(BitHashTest, RefusesEverythingButExactHex) {
  const std::string good(TypeParam::bits / 4, 'a');
  for (const std::string& text : {std::string(), good + "a", good.substr(1), "0x" + good.substr(2),
                                  " " + good.substr(1), "g" + good.substr(1)}) {
    EXPECT_FALSE(TypeParam::try_parse(text)) << text;
    EXPECT_THROW(static_cast<void>(TypeParam::parse(text)), ectype::Error);
  }
}

TYPED_TEST(BitHashTest, HashesAreUsableAsKeys) {
  std::mt19937_64 random(2);
  std::unordered_set<TypeParam> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_hash<TypeParam>(random));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(ByteHash, DistancesOfExtremes) {
  ByteHash<144>::Values zeros{};
  ByteHash<144>::Values full{};
  full.fill(255);
  const ByteHash<144> a(zeros);
  const ByteHash<144> b(full);
  EXPECT_EQ(squared_l2_distance(a, b), 144u * 65025u);
  EXPECT_EQ(l1_distance(a, b), 144u * 255u);
  EXPECT_EQ(squared_l2_distance(b, b), 0u);
  EXPECT_EQ(ByteHash<144>::parse(b.to_hex()), b);
  EXPECT_THROW(static_cast<void>(ByteHash<144>::parse("00")), ectype::Error);
}

}  // namespace
