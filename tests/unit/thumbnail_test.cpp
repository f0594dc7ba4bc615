#include "support/pictures.hpp"
#include "support/thumbnails.hpp"

#include "ectype/distance.hpp"
#include "ectype/error.hpp"
#include "ectype/image.hpp"
#include "ectype/pdq.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::Bytes;
using support::Exif;
using support::Picture;
using support::operator+;

constexpr int kRadius = 31;

Picture shown_picture(unsigned seed = 1) { return support::scene(320, 240, Channels::rgb, seed); }
Picture shown_thumbnail(unsigned seed = 1) { return support::scene(160, 120, Channels::rgb, seed); }

const Bytes& picture_jpeg() {
  static const Bytes bytes = support::to_jpeg(shown_picture(), 90);
  return bytes;
}
Bytes thumbnail_jpeg(unsigned seed = 1) { return support::to_jpeg(shown_thumbnail(seed), 80); }

Bytes jpeg_with(const Exif& exif) {
  return support::with_segments(picture_jpeg(), support::exif_segments(exif.bytes()));
}

Hash256 hash(const Image& image) { return Pdq().variants(image).hashes[0]; }
int distance(const Image& a, const Image& b) { return hamming_distance(hash(a), hash(b)); }

void expect_thumbnail(const Bytes& file, const std::string& what) {
  const Image picture = Image::open(file);
  std::string why = "?";
  const auto thumbnail = picture.thumbnail(&why);
  ASSERT_TRUE(thumbnail) << what << ": " << why;
  EXPECT_EQ(why, "") << what;
  EXPECT_EQ(thumbnail->info().format, Format::jpeg) << what;
  EXPECT_EQ(thumbnail->info().width, 160u) << what;
  EXPECT_LE(distance(picture, *thumbnail), kRadius) << what;
  EXPECT_FALSE(thumbnail->thumbnail()) << what;
}

/// None, and `part` in the reason; without a `part` there is no reason either.
void expect_none(const Bytes& file, const std::string& part, const std::string& what = "") {
  const Image picture = Image::open(file);
  const auto rows = support::luma_of(picture);
  std::string why = "?";
  EXPECT_FALSE(picture.thumbnail(&why)) << what;
  EXPECT_EQ(why.empty(), part.empty()) << what << why;
  EXPECT_NE(why.find(part), std::string::npos) << what << why;
  EXPECT_FALSE(picture.thumbnail()) << what;
  EXPECT_EQ(support::luma_of(picture), rows) << what;
}

TEST(Thumbnail, OfExifInJpeg) {
  for (const bool big_endian : {true, false}) {
    Exif exif{thumbnail_jpeg()};
    exif.big_endian = big_endian;
    expect_thumbnail(jpeg_with(exif), "long");
    exif.length_type = 3;
    expect_thumbnail(jpeg_with(exif), "short");
  }
}

TEST(Thumbnail, IsShownAsThePictureIs) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto stored = support::stored_for_orientation(shown_picture(), orientation);
    const auto small = support::stored_for_orientation(shown_thumbnail(), orientation);
    Exif exif{support::to_jpeg(small, 80)};
    exif.orientation = orientation;
    const Bytes file =
        support::with_segments(support::to_jpeg(stored, 90), support::exif_segments(exif.bytes()));
    const Image picture = Image::open(file);
    const auto thumbnail = picture.thumbnail();
    ASSERT_TRUE(thumbnail) << orientation;
    EXPECT_EQ(thumbnail->info().orientation, orientation);
    EXPECT_LE(distance(picture, *thumbnail), kRadius) << orientation;
    EXPECT_LE(distance(shown_picture().image(), *thumbnail), kRadius) << orientation;
  }
}

TEST(Thumbnail, OrientationOfItsOwnComesFirst) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto small = support::stored_for_orientation(shown_thumbnail(), orientation);
    Exif exif{support::to_jpeg(small, 80)};
    exif.thumbnail_orientation = orientation;
    exif.orientation = orientation == 3 ? 6 : 3;
    const auto thumbnail = Image::open(jpeg_with(exif)).thumbnail();
    ASSERT_TRUE(thumbnail) << orientation;
    EXPECT_EQ(thumbnail->info().orientation, orientation);
    EXPECT_LE(distance(shown_picture().image(), *thumbnail), kRadius) << orientation;

    // The same from an EXIF block within the thumbnail; there 1 may be for want of a value.
    exif.thumbnail = support::to_jpeg(small, 80, orientation);
    exif.thumbnail_orientation = 0;
    const auto second = Image::open(jpeg_with(exif)).thumbnail();
    ASSERT_TRUE(second) << orientation;
    EXPECT_EQ(second->info().orientation, orientation == 1 ? exif.orientation : orientation);
  }
}

TEST(Thumbnail, SaysWhatPictureThereWas) {
  const auto thumbnail = Image::open(jpeg_with(Exif{thumbnail_jpeg(2)})).thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_LE(distance(shown_picture(2).image(), *thumbnail), kRadius);
  EXPECT_GT(distance(shown_picture(1).image(), *thumbnail), kRadius);
}

TEST(Thumbnail, OutlivesTheBytesOfItsFile) {
  auto file = jpeg_with(Exif{thumbnail_jpeg()});
  const auto thumbnail = Image::open(file).thumbnail();
  std::fill(file.begin(), file.end(), std::uint8_t{0});
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(support::luma_of(*thumbnail), support::luma_of(Image::open(thumbnail_jpeg())));
}

TEST(Thumbnail, OfExifInSeveralSegments) {
  const Bytes block = Exif{thumbnail_jpeg()}.bytes();
  for (const std::size_t most : {block.size() - 1, std::size_t{1000}, std::size_t{60}}) {
    const Bytes segments = support::exif_segments(block, most);
    expect_thumbnail(support::with_segments(picture_jpeg(), segments), std::to_string(most));
  }
  // Two blocks, of which the second has the thumbnail.
  const Bytes two = support::exif_segments(Exif{}.bytes()) + support::exif_segments(block);
  expect_thumbnail(support::with_segments(picture_jpeg(), two), "two blocks");
}

TEST(Thumbnail, SegmentsAreFoundAsLibjpegFindsThem) {
  const Bytes exif = support::exif_segments(Exif{thumbnail_jpeg()}.bytes());
  const Bytes other = support::segment(0xE5, Bytes(40'000, 0xFF));
  for (const Bytes& between : {Bytes(), Bytes(9, 0xFF), Bytes{1, 2, 0xFF, 0, 3}, Bytes{0xFF, 0x01}})
    expect_thumbnail(support::with_segments(picture_jpeg(), other + between + exif), "between");
}

TEST(Thumbnail, OfPhotoshopWhereExifHasNone) {
  const Bytes photoshop = support::photoshop_segment(thumbnail_jpeg());
  expect_thumbnail(support::with_segments(picture_jpeg(), photoshop), "alone");
  const Bytes both = support::exif_segments(Exif{thumbnail_jpeg(2)}.bytes()) + photoshop;
  const auto first = Image::open(support::with_segments(picture_jpeg(), both)).thumbnail();
  ASSERT_TRUE(first);
  EXPECT_LE(distance(shown_picture(2).image(), *first), kRadius);

  const Bytes broken = support::exif_segments(Exif{Bytes(100)}.bytes()) + photoshop;
  const Bytes file = support::with_segments(picture_jpeg(), broken);
  std::string why;
  EXPECT_TRUE(Image::open(file).thumbnail(&why));
  EXPECT_NE(why.find("EXIF thumbnail: not a JPEG"), std::string::npos) << why;
}

TEST(Thumbnail, ResourcesOfPhotoshopMayBeBroken) {
  const auto file = [](const Bytes& resources) {
    const Bytes data = support::text({"Photoshop 3.0\0", 14}) + resources;
    return support::with_segments(picture_jpeg(), support::segment(0xED, data));
  };
  const Bytes whole = support::resource(0x040C, Bytes(28) + thumbnail_jpeg());
  expect_thumbnail(file(whole), "whole");
  expect_none(file({}), "");
  expect_none(file(support::resource(0x0409, Bytes(28) + thumbnail_jpeg())), "", "BGR");
  expect_none(file(support::text("8BIM") + Bytes(8, 0xFF)), "");
  expect_none(file(support::resource(0x040C, Bytes(28))), "none of its bytes");
  expect_none(file(support::resource(0x040C, Bytes(60))), "not a JPEG");
  Bytes huge = support::resource(0x0404, Bytes(8));
  std::fill_n(huge.begin() + 8, 4, std::uint8_t{0xFF});
  expect_none(file(huge + whole), "");
  for (std::size_t size = 0; size <= 40; ++size)
    expect_none(file(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))),
                size < 12 ? "" : "none of its bytes", std::to_string(size));
}

TEST(Thumbnail, NoneIsNoFault) {
  expect_none(picture_jpeg(), "");
  expect_none(support::to_jpeg(shown_picture(), 90, 6), "");
  expect_none(jpeg_with(Exif{}), "");
  expect_none(support::to_pnm(shown_picture()), "");
  const Picture pixels = shown_picture();
  std::string why = "?";
  EXPECT_FALSE(pixels.image().thumbnail(&why));
  EXPECT_EQ(why, "");
}

TEST(Thumbnail, DirectoriesMayBeBroken) {
  Exif exif{thumbnail_jpeg()};
  exif.next = 8;
  expect_none(jpeg_with(exif), "the one of the picture");
  for (const std::uint32_t far : {60'000u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    exif.next = far;
    expect_none(jpeg_with(exif), "not in the file");
  }
  exif.next = 0;
  expect_none(jpeg_with(exif), "");
  exif.next = 1;  // any bytes count as a directory
  EXPECT_FALSE(Image::open(jpeg_with(exif)).thumbnail());
  exif = Exif{thumbnail_jpeg()};
  exif.offset_tag = 0x0111;
  expect_none(jpeg_with(exif), "in strips");
  exif.offset_tag = 0x0110;
  expect_none(jpeg_with(exif), "does not tell where");
  exif = Exif{thumbnail_jpeg()};
  exif.length_type = 5;
  expect_none(jpeg_with(exif), "does not tell where");
}

TEST(Thumbnail, PlacesMayBeBroken) {
  Exif exif{thumbnail_jpeg()};
  exif.length = 0;
  expect_none(jpeg_with(exif), "none of its bytes");
  for (const std::uint32_t far : {65'000u, 0xFFFFFFF0u, 0xFFFFFFFFu}) {
    exif.offset = far;
    exif.length = 0xFFFFFFFF;
    expect_none(jpeg_with(exif), "none of its bytes");
  }
  exif = Exif{thumbnail_jpeg()};
  exif.offset = 0;  // the TIFF header itself
  expect_none(jpeg_with(exif), "not a JPEG but TIFF");
  for (const std::string content : {"\x89PNG\r\n\x1A\n", "GIF89a", "<html></html>", "\xFF\xD8"}) {
    exif = Exif{support::text(content)};
    expect_none(jpeg_with(exif), "not a JPEG", content);
  }
  exif = Exif{thumbnail_jpeg()};
  exif.length = 0xFFFFFFFF;  // more than there is: what is there is whole
  expect_thumbnail(jpeg_with(exif), "long claim");
}

TEST(Thumbnail, CutOneCountsAsDamaged) {
  const Bytes whole = thumbnail_jpeg();
  Exif exif{Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(whole.size() / 2))};
  exif.length = static_cast<std::uint32_t>(whole.size());
  const Bytes file = jpeg_with(exif);
  const auto thumbnail = Image::open(file).thumbnail();
  ASSERT_TRUE(thumbnail);
  RowReader rows = thumbnail->rows();
  for (LumaRow row; rows.next(row);) continue;
  EXPECT_TRUE(rows.decoded().damaged());
  EXPECT_GT(rows.decoded().rows_intact, 0u);
  EXPECT_LT(rows.decoded().rows_intact, 120u);
  // Cut in its header it is no picture.
  exif.length = 100;
  expect_none(jpeg_with(exif), "broken JPEG header");
}

TEST(Thumbnail, LimitsHold) {
  const Bytes file = jpeg_with(Exif{thumbnail_jpeg()});
  Limits limits;
  limits.max_pixels = 320 * 240;
  EXPECT_TRUE(Image::open(file, limits).thumbnail());
  Bytes large = thumbnail_jpeg();
  const std::uint8_t frame[] = {0xFF, 0xC0};
  const auto start = std::search(large.begin(), large.end(), std::begin(frame), std::end(frame));
  ASSERT_NE(start, large.end());
  std::fill_n(start + 5, 4, std::uint8_t{0xF0});
  expect_none(jpeg_with(Exif{large}), "over the limit");

  // A progressive one has several scans.
  limits = {};
  limits.max_jpeg_scans = 1;
  const Bytes scans = jpeg_with(Exif{support::to_jpeg(shown_thumbnail(), 80, 0, true)});
  const auto progressive = Image::open(scans, limits).thumbnail();
  ASSERT_TRUE(progressive);
  EXPECT_THROW(support::luma_of(*progressive), Error);
}

TEST(Thumbnail, AtMostAMegabyte) {
  constexpr std::size_t kMost = 1 << 20;
  Bytes jpeg = thumbnail_jpeg();
  jpeg.resize(kMost);  // zeros behind its end
  expect_thumbnail(jpeg_with(Exif{jpeg}), "the most");
  jpeg.resize(kMost + 1);
  expect_none(jpeg_with(Exif{jpeg}), "1048577 bytes are more");
}

TEST(Thumbnail, NeverOfAThumbnail) {
  const Bytes inner = support::with_segments(
      thumbnail_jpeg(), support::exif_segments(Exif{thumbnail_jpeg()}.bytes()));
  const Bytes file = jpeg_with(Exif{inner});
  const auto thumbnail = Image::open(file).thumbnail();
  ASSERT_TRUE(thumbnail);
  std::string why = "?";
  EXPECT_FALSE(thumbnail->thumbnail(&why));
  EXPECT_EQ(why, "");
}

TEST(Thumbnail, OfADamagedPicture) {
  Bytes file = jpeg_with(Exif{thumbnail_jpeg()});
  file.resize(file.size() - 4000);
  const Image picture = Image::open(file);
  EXPECT_TRUE(picture.thumbnail());
}

TEST(Thumbnail, EveryCutAndManyFlipsAreSurvived) {
  const auto small = support::to_jpeg(support::scene(32, 24, Channels::gray), 60);
  const auto picture = support::to_jpeg(support::scene(40, 32, Channels::gray), 60);
  const Bytes segments =
      support::exif_segments(Exif{small}.bytes(), 300) + support::photoshop_segment(small);
  const Bytes whole = support::with_segments(picture, segments);
  const auto look = [](const Bytes& bytes) {
    try {
      const Image image = Image::open(bytes);
      const auto thumbnail = image.thumbnail();
      if (thumbnail) static_cast<void>(support::luma_of(*thumbnail));
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal);
    }
  };
  for (std::size_t size = 0; size <= whole.size(); ++size)
    look(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
  Bytes flipped = whole;
  for (std::size_t at = 2; at < segments.size() + 2; ++at) {
    for (const std::uint8_t with : {0xFF, 0x01, 0x80}) {
      flipped[at] ^= with;
      look(flipped);
      flipped[at] = whole[at];
    }
  }
}

}  // namespace
