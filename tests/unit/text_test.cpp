#include "ectype/text.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace {

using ectype::from_base64;
using ectype::from_hex;
using ectype::is_utf8;

std::string base64(std::string_view text) {
  return ectype::to_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST(Hex, WritesEveryByteAndReadsItBack) {
  for (unsigned value = 0; value < 256; ++value) {
    const std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(value)};
    const std::string text = ectype::to_hex(byte);
    ASSERT_EQ(text.size(), 2u);
    std::array<std::uint8_t, 1> back{};
    ASSERT_TRUE(from_hex(text, back));
    EXPECT_EQ(back, byte);
  }
}

TEST(Hex, TakesEitherCase) {
  std::array<std::uint8_t, 2> bytes{};
  ASSERT_TRUE(from_hex("aBCd", bytes));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{0xAB, 0xCD}));
}

TEST(Hex, RefusesAnythingButExactDigits) {
  std::array<std::uint8_t, 2> bytes{};
  for (const char* text : {"", "abc", "abcde", "0x1f", " abc", "abc ", "+abc", "abcg", "-123"})
    EXPECT_FALSE(from_hex(text, bytes)) << text;
}

TEST(Base64, KnownVectors) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE"), "//4=");
}

TEST(Base64, ReadsBackWhatItWrote) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, RefusesMalformedText) {
  for (const char* text :
       {"Zg=", "Zg", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm9 ", "Zm9\n"})
    EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Utf8, TellsWellFormedFromMalformed) {
  for (const char* good :
       {"", "plain", "\xC3\xBC", "\xE6\x97\xA5", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFC", "a\xFF"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
