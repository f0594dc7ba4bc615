#include "image/sniff.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace std::string_view_literals;
using ectype::Format;
using ectype::image::Sniffed;

Sniffed sniff(std::string_view head) {
  return ectype::image::sniff({reinterpret_cast<const std::uint8_t*>(head.data()), head.size()});
}

TEST(Sniff, BuiltInFormats) {
  EXPECT_EQ(sniff("\xFF\xD8\xFF\xE0"sv).format, Format::jpeg);
  EXPECT_EQ(sniff("\x89PNG\r\n\x1A\n"sv).format, Format::png);
  EXPECT_EQ(sniff("GIF89a"sv).format, Format::gif);
  EXPECT_EQ(sniff("RIFF\x10\0\0\0WEBPVP8 "sv).format, Format::webp);
  EXPECT_EQ(sniff("II*\0\x08\0\0\0"sv).format, Format::tiff);
  EXPECT_EQ(sniff("MM\0*\0\0\0\x08"sv).format, Format::tiff);
  EXPECT_EQ(sniff("\0\0\0\x0CjP  \r\n\x87\n"sv).format, Format::jpeg2000);
  EXPECT_EQ(sniff("P6\n1 1\n255\n"sv).format, Format::pnm);
  EXPECT_EQ(sniff("\0\0\0\x18"
                  "ftypheic\0\0\0\0mif1heic"sv)
                .format,
            Format::heif);
  EXPECT_EQ(sniff("\0\0\0\x18"
                  "ftypmif1\0\0\0\0avifmif1"sv)
                .format,
            Format::avif);
  EXPECT_EQ(sniff("BM\x10\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"sv).format, Format::bmp);
}

TEST(Sniff, OthersAreNamed) {
  const std::pair<std::string_view, const char*> cases[] = {
      {"8BPS"sv, "PSD"},
      {"\0\0\1\0\1\0"sv, "ICO"},
      {"\xFF\x0A"sv, "JPEG XL"},
      {"II*\0\x10\0\0\0CR\2\0"sv, "Canon CR2"},
      {"%PDF-1.4"sv, "PDF"},
      {"<html></html>"sv, "HTML"},
      {"hello"sv, "text"},
      {""sv, "empty"},
      {"\1\2\3\4"sv, "unknown"},
      {"BMW is a brand, this is text"sv, "text"},
      {"RIFF\0\0\0\0WAVE"sv, "RIFF"},
      {"\0\0\0\x18"
       "ftypmp42\0\0\0\0isom"sv,
       "MP4"}};
  for (const auto& [head, name] : cases) {
    EXPECT_FALSE(sniff(head).format) << name;
    EXPECT_NE(sniff(head).description.find(name), std::string::npos) << sniff(head).description;
  }
}

}  // namespace
