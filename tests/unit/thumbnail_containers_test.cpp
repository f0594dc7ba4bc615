// Thumbnails in other containers than JPEG, and those of real files.
#include "image/encode_png.hpp"
#include "support/pictures.hpp"
#include "support/thumbnails.hpp"

#include "ectype/distance.hpp"
#include "ectype/error.hpp"
#include "ectype/image.hpp"
#include "ectype/pdq.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <libheif/heif.h>
#include <webp/encode.h>
#include <zlib.h>

namespace {

using namespace ectype;
using support::Bytes;
using support::Exif;
using support::number;
using support::Picture;
using support::text;
using support::operator+;

constexpr int kRadius = 31;

const Picture& shown_picture() {
  static const Picture picture = support::scene(320, 240, Channels::rgb);
  return picture;
}
const Picture& shown_thumbnail() {
  static const Picture picture = support::scene(160, 120, Channels::rgb);
  return picture;
}

Exif exif_of(int orientation) {
  Exif exif{support::to_jpeg(support::stored_for_orientation(shown_thumbnail(), orientation), 80)};
  exif.orientation = orientation;
  return exif;
}

Hash256 hash(const Image& image) { return Pdq().variants(image).hashes[0]; }

void expect_thumbnail(const Image& picture, int orientation, const std::string& what) {
  EXPECT_EQ(picture.info().orientation, orientation) << what;
  std::string why;
  const auto thumbnail = picture.thumbnail(&why);
  ASSERT_TRUE(thumbnail) << what << why;
  EXPECT_EQ(thumbnail->info().orientation, orientation) << what;
  EXPECT_LE(hamming_distance(hash(picture), hash(*thumbnail)), kRadius) << what;
  EXPECT_LE(hamming_distance(hash(shown_picture().image()), hash(*thumbnail)), kRadius) << what;
  EXPECT_FALSE(thumbnail->thumbnail()) << what;
}

Bytes png_with(const Bytes& exif, const Picture& picture, bool at_the_end) {
  const std::string file = image::encode_png(picture.pixels, picture.width, picture.height);
  const Bytes content = text("eXIf") + exif;
  const std::uint64_t sum = crc32(0, content.data(), static_cast<uInt>(content.size()));
  const Bytes chunk = number(exif.size(), 4) + content + number(sum, 4);
  Bytes bytes(file.begin(), file.end());
  const auto at = at_the_end ? bytes.end() - 12 : bytes.begin() + 33;
  bytes.insert(at, chunk.begin(), chunk.end());
  return bytes;
}

Bytes chunk(std::string_view type, const Bytes& data) {
  return text(type) + number(data.size(), 4, false) + data + Bytes(data.size() % 2);
}

Bytes webp_with(const Bytes& exif, const Picture& picture) {
  std::uint8_t* out = nullptr;
  const std::size_t size = WebPEncodeLosslessRGB(
      picture.pixels.data(), static_cast<int>(picture.width), static_cast<int>(picture.height),
      static_cast<int>(picture.width * 3), &out);
  const Bytes frame(out + 12, out + size);
  WebPFree(out);
  const Bytes extended = Bytes{0x08, 0, 0, 0} + number(picture.width - 1, 3, false) +
                         number(picture.height - 1, 3, false);
  const Bytes content = text("WEBP") + chunk("VP8X", extended) + frame + chunk("EXIF", exif);
  return text("RIFF") + number(content.size(), 4, false) + content;
}

/// A TIFF of gray pixels in one strip, with the rest of its fields in `fields`: (tag, type, count,
/// value), and its other directory and data in `tail`, at kTail.
struct Tiff {
  static constexpr std::uint32_t kTail = 400;
  std::vector<std::vector<std::uint32_t>> fields;
  std::uint32_t next = 0;
  Bytes tail;

  [[nodiscard]] Bytes bytes(const Picture& gray, int orientation) const {
    const auto data = static_cast<std::uint32_t>(kTail + tail.size());
    const auto pixels = static_cast<std::uint32_t>(gray.pixels.size());
    std::vector<std::vector<std::uint32_t>> all{
        {256, 4, 1, gray.width},
        {257, 4, 1, gray.height},
        {258, 3, 1, 8},
        {259, 3, 1, 1},
        {262, 3, 1, 1},
        {273, 4, 1, data},
        {274, 3, 1, static_cast<std::uint32_t>(orientation)},
        {277, 3, 1, 1},
        {278, 4, 1, gray.height},
        {279, 4, 1, pixels}};
    all.insert(all.end(), fields.begin(), fields.end());
    Bytes file = text("II") + number(42, 2, false) + number(8, 4, false);
    file = file + number(all.size(), 2, false);
    for (const auto& field : all)
      file = file + number(field[0], 2, false) + number(field[1], 2, false) +
             number(field[2], 4, false) + number(field[3], 4, false);
    file = file + number(next, 4, false);
    file.resize(kTail);
    return file + tail + gray.pixels;
  }
};

Picture gray(const Picture& picture) {
  Picture out{picture.width, picture.height, Channels::gray, {}};
  for (const double value : picture.luma()) out.pixels.push_back(static_cast<std::uint8_t>(value));
  return out;
}

/// The thumbnail's directory in a TIFF file: reduced or one of its pages.
Tiff tiff_with_directory(const Bytes& thumbnail, std::uint32_t subfile) {
  Tiff tiff;
  tiff.next = Tiff::kTail;
  const auto field = [](std::uint32_t tag, std::uint32_t value) {
    return number(tag, 2, false) + number(4, 2, false) + number(1, 4, false) +
           number(value, 4, false);
  };
  const std::uint32_t data = Tiff::kTail + 2 + 3 * 12 + 4;
  tiff.tail = number(3, 2, false) + field(0x00FE, subfile) + field(0x0201, data) +
              field(0x0202, static_cast<std::uint32_t>(thumbnail.size())) + Bytes(4) + thumbnail;
  return tiff;
}

TEST(Thumbnail, OfExifInPng) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture stored = support::stored_for_orientation(shown_picture(), orientation);
    for (const bool at_the_end : {false, true}) {
      const Bytes file = png_with(exif_of(orientation).bytes(), stored, at_the_end);
      expect_thumbnail(Image::open(file), orientation, "png");
    }
  }
}

TEST(Thumbnail, OfExifInWebp) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture stored = support::stored_for_orientation(shown_picture(), orientation);
    for (const Bytes& prefix : {Bytes(), text({"Exif\0\0", 6})}) {
      const Bytes file = webp_with(prefix + exif_of(orientation).bytes(), stored);
      expect_thumbnail(Image::open(file), orientation, "webp");
    }
  }
}

TEST(Thumbnail, OfTiffDirectories) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture stored = gray(support::stored_for_orientation(shown_picture(), orientation));
    const Bytes thumbnail = exif_of(orientation).thumbnail;
    const Bytes reduced = tiff_with_directory(thumbnail, 1).bytes(stored, orientation);
    expect_thumbnail(Image::open(reduced), orientation, "tiff");
    const Bytes page = tiff_with_directory(thumbnail, 0).bytes(stored, orientation);
    std::string why;
    EXPECT_FALSE(Image::open(page).thumbnail(&why));
    EXPECT_EQ(why, "");
  }
}

TEST(Thumbnail, OfPhotoshopInTiff) {
  const Bytes resources = support::resource(0x0404, Bytes(7)) +
                          support::resource(0x040C, Bytes(28) + exif_of(1).thumbnail);
  Tiff tiff;
  tiff.tail = resources;
  tiff.fields = {{34377, 1, static_cast<std::uint32_t>(resources.size()), Tiff::kTail}};
  expect_thumbnail(Image::open(tiff.bytes(gray(shown_picture()), 1)), 1, "photoshop");
  // A claim of more than there is.
  tiff.fields[0][2] = 0xFFFFFFFF;
  const Bytes file = tiff.bytes(gray(shown_picture()), 1);
  EXPECT_TRUE(Image::open(file).thumbnail());
}

template <auto Free>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

void require(const heif_error& result) {
  if (result.code != heif_error_Ok) throw std::runtime_error(result.message);
}

heif_error write_heif(heif_context*, const void* data, std::size_t size, void* out) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  static_cast<Bytes*>(out)->assign(bytes, bytes + size);
  return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

/// libheif 1.15 writes into ispe the size after a turn; before it is what the standard says.
void exchange_sides(Bytes& heif) {
  constexpr std::string_view kType = "ispe";
  for (auto at = heif.begin();; ++at) {
    at = std::search(at, heif.end(), kType.begin(), kType.end());
    if (at == heif.end()) return;
    std::swap_ranges(at + 8, at + 12, at + 12);
  }
}

/// Written by libheif, with a thumbnail item or EXIF or both.
Bytes heif_file(const Picture& picture, heif_compression_format codec, bool item, const Bytes& exif,
                int orientation = 1) {
  const std::unique_ptr<heif_context, Release<heif_context_free>> context(heif_context_alloc());
  heif_image* made = nullptr;
  require(heif_image_create(static_cast<int>(picture.width), static_cast<int>(picture.height),
                            heif_colorspace_RGB, heif_chroma_interleaved_RGB, &made));
  const std::unique_ptr<heif_image, Release<heif_image_release>> image(made);
  require(heif_image_add_plane(made, heif_channel_interleaved, static_cast<int>(picture.width),
                               static_cast<int>(picture.height), 8));
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(made, heif_channel_interleaved, &stride);
  for (std::size_t y = 0; y < picture.height; ++y)
    std::copy_n(picture.pixels.data() + y * picture.width * 3, picture.width * 3,
                plane + y * static_cast<std::size_t>(stride));
  const std::unique_ptr<heif_encoding_options, Release<heif_encoding_options_free>> options(
      heif_encoding_options_alloc());
  options->image_orientation = static_cast<heif_orientation>(orientation);
  heif_encoder* found = nullptr;
  require(heif_context_get_encoder_for_format(context.get(), codec, &found));
  const std::unique_ptr<heif_encoder, Release<heif_encoder_release>> encoder(found);
  heif_image_handle* handle = nullptr;
  require(heif_context_encode_image(context.get(), made, found, options.get(), &handle));
  const std::unique_ptr<heif_image_handle, Release<heif_image_handle_release>> owner(handle);
  if (item) {
    heif_image_handle* thumbnail = nullptr;
    require(heif_context_encode_thumbnail(context.get(), made, handle, found, options.get(), 160,
                                          &thumbnail));
    heif_image_handle_release(thumbnail);
  }
  if (!exif.empty())
    require(heif_context_add_exif_metadata(context.get(), handle, exif.data(),
                                           static_cast<int>(exif.size())));
  Bytes bytes;
  heif_writer writer{1, write_heif};
  require(heif_context_write(context.get(), &writer, &bytes));
  if (orientation >= 5) exchange_sides(bytes);
  return bytes;
}

// Written as AVIF, for x265 leaks.
constexpr auto kCodec = heif_compression_AV1;

bool can_write_and_read() {
  return heif_have_encoder_for_format(kCodec) != 0 && heif_have_decoder_for_format(kCodec) != 0;
}

TEST(Thumbnail, OfHeifItemOrElseExif) {
  if (!can_write_and_read()) GTEST_SKIP() << "this libheif cannot write and read AVIF";
  const Bytes exif = exif_of(1).bytes();
  const Bytes item = heif_file(shown_picture(), kCodec, true, exif);
  expect_thumbnail(Image::open(item), 1, "item");
  EXPECT_EQ(Image::open(item).thumbnail()->info().format, Format::avif);
  EXPECT_EQ(Image::open(item).thumbnail()->info().frames, 1u);
  const Bytes metadata = heif_file(shown_picture(), kCodec, false, exif);
  expect_thumbnail(Image::open(metadata), 1, "exif");
  EXPECT_EQ(Image::open(metadata).thumbnail()->info().format, Format::jpeg);
  const Bytes none = heif_file(shown_picture(), kCodec, false, {});
  std::string why = "?";
  EXPECT_FALSE(Image::open(none).thumbnail(&why));
  EXPECT_EQ(why, "");
}

TEST(Thumbnail, OfHeifTurnsAsItsPicture) {
  if (!can_write_and_read()) GTEST_SKIP() << "this libheif cannot write and read AVIF";
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture stored = support::stored_for_orientation(shown_picture(), orientation);
    const Bytes item = heif_file(stored, kCodec, true, {}, orientation);
    expect_thumbnail(Image::open(item), orientation, "item");
    // EXIF's orientation says nothing in HEIF.
    Exif exif = exif_of(orientation);
    exif.orientation = 1;
    const Bytes metadata = heif_file(stored, kCodec, false, exif.bytes(), orientation);
    expect_thumbnail(Image::open(metadata), orientation, "exif");
  }
}

std::filesystem::path data(const std::string& name) {
  const char* folder = std::getenv("ECTYPE_DATA");
  return std::filesystem::path(folder != nullptr ? folder : ECTYPE_TEST_DATA) / name;
}

TEST(Thumbnail, OfRealFiles) {
  if (!std::filesystem::exists(data("awkward"))) GTEST_SKIP() << data("awkward") << " is missing";
  const auto distance = [](const char* name) {
    const Image picture = Image::open(data(name));
    std::string why;
    const auto thumbnail = picture.thumbnail(&why);
    EXPECT_TRUE(thumbnail) << name << why;
    return thumbnail ? hamming_distance(hash(picture), hash(*thumbnail)) : 256;
  };
  for (const char* name :
       {"awkward/libheif_example.heic", "awkward/pillow_flower2.jpg",
        "awkward/pillow_jpeg_ff00_header.jpg", "awkward/pillow_pil_sample_cmyk.jpg",
        "pdq/misc/wee.jpg", "pdq/dih/bridge-4-rotate-270.jpg", "pdq/dih/bridge-5-flipx.jpg"})
    EXPECT_LE(distance(name), kRadius) << name;
  // The picture was edited, and its thumbnail still shows the original.
  EXPECT_GT(distance("awkward/testdata_flower_small.cmyk.jpg"), 90);
}

TEST(Thumbnail, OfExifInJpeg2000) {
  const auto path = data("awkward/openjpeg_Rome.jp2");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing";
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  Bytes file(size);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(path.c_str(), "rb"),
                                                         std::fclose);
  ASSERT_EQ(std::fread(file.data(), 1, size, stream.get()), size);
  const Bytes block = text({"JpgTiffExif->JP2", 16}) + exif_of(1).bytes();
  file = file + number(block.size() + 8, 4) + text("uuid") + block;
  const auto thumbnail = Image::open(file).thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_LE(hamming_distance(hash(shown_picture().image()), hash(*thumbnail)), kRadius);
}

}  // namespace
