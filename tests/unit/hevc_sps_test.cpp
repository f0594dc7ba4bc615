#include "image/hevc_sps.hpp"

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

/// A sequence parameter set up to the size, as the standard writes it.
class SpsWriter {
 public:
  void bits(std::uint64_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      if (used_ % 8 == 0) payload_.push_back(0);
      payload_.back() |= static_cast<std::uint8_t>((value >> i & 1) << (7 - used_++ % 8));
    }
  }
  void exp_golomb(std::uint64_t value) {
    const int width = static_cast<int>(std::bit_width(value + 1));
    bits(0, width - 1);
    bits(value + 1, width);
  }
  /// With the third bytes after each two zeros that the standard puts in.
  [[nodiscard]] Bytes unit() const {
    Bytes unit{33 << 1, 1};
    int zeros = 0;
    for (const std::uint8_t byte : payload_) {
      if (zeros == 2 && byte <= 3) {
        unit.push_back(3);
        zeros = 0;
      }
      zeros = byte == 0 ? zeros + 1 : 0;
      unit.push_back(byte);
    }
    return unit;
  }

 private:
  Bytes payload_;
  int used_ = 0;
};

Bytes sps(std::uint64_t width, std::uint64_t height, int sub_layers, unsigned present,
          std::uint64_t chroma) {
  SpsWriter writer;
  writer.bits(0, 4);
  writer.bits(static_cast<std::uint64_t>(sub_layers), 3);
  writer.bits(1, 1);
  const auto profile = [&] {
    writer.bits(0x03'7000'0003, 40);
    writer.bits(0, 48);
  };
  profile();
  writer.bits(93, 8);
  for (int i = 0; i < sub_layers; ++i) writer.bits(present, 2);
  if (sub_layers > 0) writer.bits(0, 2 * (8 - sub_layers));
  for (int i = 0; i < sub_layers; ++i) {
    if ((present & 2) != 0) profile();
    if ((present & 1) != 0) writer.bits(90, 8);
  }
  writer.exp_golomb(0);
  writer.exp_golomb(chroma);
  if (chroma == 3) writer.bits(1, 1);
  writer.exp_golomb(width);
  writer.exp_golomb(height);
  return writer.unit();
}

// Written by x265 for a picture of 481 x 321 pixels.
TEST(HevcSps, OfARealEncoder) {
  const auto size = image::hevc_coded_size(from_hex(
      "42010103700000030090000003000003003fa00f48052724996ea4929ae6c08000000300800000030084"));
  ASSERT_TRUE(size.has_value());
  EXPECT_EQ(size->width, 488u);
  EXPECT_EQ(size->height, 328u);
}

TEST(HevcSps, EverySizeAndShape) {
  for (int sub_layers = 0; sub_layers <= 6; ++sub_layers)
    for (unsigned present = 0; present < 4; ++present)
      for (std::uint64_t chroma = 0; chroma <= 3; ++chroma)
        for (const std::uint64_t width : {1u, 8u, 255u, 4032u, 65535u, 65536u, 0x7FFFFFFFu})
          for (const std::uint64_t height : {1u, 16u, 3024u, 65535u, 1u << 30}) {
            const auto size =
                image::hevc_coded_size(sps(width, height, sub_layers, present, chroma));
            ASSERT_TRUE(size.has_value()) << sub_layers << " " << present << " " << chroma;
            ASSERT_EQ(size->width, width);
            ASSERT_EQ(size->height, height);
          }
}

TEST(HevcSps, WhatIsNoneOrEndsTooEarlySaysNothing) {
  const Bytes whole = sps(4032, 3024, 2, 3, 1);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto size = image::hevc_coded_size(std::span(whole).first(length));
    if (length + 1 < whole.size()) {
      EXPECT_FALSE(size.has_value()) << length;
    }
  }
  for (const std::uint8_t type : {0, 1, 19, 32, 34, 39}) {
    Bytes other = whole;
    other[0] = static_cast<std::uint8_t>(type << 1);
    EXPECT_FALSE(image::hevc_coded_size(other).has_value());
  }
  Bytes of_another_layer = whole;
  of_another_layer[1] |= 1 << 3;
  EXPECT_FALSE(image::hevc_coded_size(of_another_layer).has_value());
  EXPECT_FALSE(image::hevc_coded_size(Bytes{33 << 1, 1}).has_value());
  Bytes zeros(2000, 0);
  zeros[0] = 33 << 1;
  zeros[1] = 1;
  EXPECT_FALSE(image::hevc_coded_size(zeros).has_value());
}

}  // namespace
