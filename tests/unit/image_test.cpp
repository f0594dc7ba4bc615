#include "ectype/image.hpp"

#include "support/errors.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"

#include "ectype/error.hpp"
#include "ectype/pdq.hpp"

#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using namespace ectype;
using support::code_of;
using support::TemporaryFolder;

TEST(Image, PathBytesDescriptorAndPixelsAgree) {
  const TemporaryFolder folder;
  const support::Picture picture = support::scene(91, 57, Channels::rgb);
  const auto bytes = support::to_pnm(picture);
  support::write_file(folder / "a.ppm", bytes);
  const auto expected = support::luma_of(picture.image());
  EXPECT_EQ(support::luma_of(Image::open(folder / "a.ppm")), expected);
  EXPECT_EQ(support::luma_of(Image::open(bytes)), expected);

  const int descriptor = ::open((folder / "a.ppm").c_str(), O_RDONLY);
  ::lseek(descriptor, 10, SEEK_SET);
  EXPECT_EQ(support::luma_of(Image::open(descriptor)), expected);
  EXPECT_EQ(::lseek(descriptor, 0, SEEK_CUR), 10) << "the offset must not move";
  ::close(descriptor);

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::thread writer([&] {
    EXPECT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ::close(ends[1]);
  });
  const Image piped = Image::open(ends[0]);
  writer.join();
  ::close(ends[0]);
  EXPECT_EQ(support::luma_of(piped), expected);
  EXPECT_EQ(support::luma_of(piped), expected) << "rows can be pulled again";
}

TEST(Image, OpenReadsTheHeaderOnly) {
  const auto bytes = support::to_pnm(support::scene(91, 57, Channels::rgb));
  const Image image = Image::open(std::span(bytes).first(20));
  EXPECT_EQ(image.info().width, 91u);
  EXPECT_EQ(image.info().height, 57u);
  EXPECT_EQ(image.info().format, Format::pnm);
}

// The first `rows` goes on where `open` left off; the others, and those of copies, begin anew.
TEST(Image, RowsAreTheSameEachTimeAndOfEachCopy) {
  const auto bytes = support::to_jpeg(support::scene(91, 57, Channels::rgb), 90);
  const auto expected = support::luma_of(Image::open(bytes));
  for (const std::uint32_t first_shrink : {1u, 2u}) {
    const Image image = Image::open(bytes);
    const Image copy = image;
    RowReader begun = image.rows(first_shrink);
    LumaRow row;
    EXPECT_TRUE(begun.next(row));
    EXPECT_EQ(begun.shrink(), first_shrink);
    EXPECT_EQ(support::luma_of(copy), expected);
    EXPECT_EQ(support::luma_of(image), expected);
    EXPECT_TRUE(begun.next(row));
    EXPECT_EQ(row.y, 1u);
  }
}

TEST(Image, MissingRowsCountAs128AndAreCounted) {
  const support::Picture picture = support::scene(40, 30, Channels::gray);
  const auto bytes = support::to_pnm(picture);
  const Image image = Image::open(std::span(bytes).first(bytes.size() - 10 * 40 - 5));
  auto rows = image.rows();
  std::vector<int> seen(30);
  for (LumaRow row; rows.next(row);) {
    ++seen[row.y];
    ASSERT_EQ(row.gray.size(), 40u);
    if (row.y > 19) {
      EXPECT_EQ(row.gray[3], 128);
    } else if (row.y < 19) {
      EXPECT_EQ(row.gray[3], picture.pixels[row.y * 40 + 3]);
    }
  }
  EXPECT_EQ(seen, std::vector<int>(30, 1));
  EXPECT_TRUE(rows.decoded().damaged());
  EXPECT_GE(rows.decoded().rows_intact, 19u);
  EXPECT_LE(rows.decoded().rows_intact, 20u);
}

TEST(Image, LimitsAreCheckedOnTheHeader) {
  const std::string bomb = "P6\n60000 60000\n255\n";
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(bomb.data()), bomb.size());
  try {
    static_cast<void>(Image::open(bytes));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::over_limit);
    const std::string what = error.what();
    EXPECT_NE(what.find("60000 x 60000"), std::string::npos) << what;
    EXPECT_NE(what.find("max_pixels"), std::string::npos) << what;
  }
  Limits limits;
  limits.max_pixels = 20'000'000'000;
  EXPECT_EQ(Image::open(bytes, limits).info().width, 60000u);
  limits.max_bytes_per_pixel = 2;
  EXPECT_EQ(code_of([&] { static_cast<void>(Image::open(bytes, limits)); }), ErrorCode::over_limit);
}

TEST(Image, AbsurdSizesAreOverTheLimitNotDamaged) {
  Limits limits;
  limits.max_pixels = UINT64_MAX;
  for (const std::string_view header :
       {"P5 3000000000 1 255\n", "P5 99999999999999999999999999 1 255\n", "P5 70000 70000 255\n",
        "P7\nWIDTH 99999999999999\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\n",
        "P7\nWIDTH 60000000\nHEIGHT 1\nDEPTH 4\nMAXVAL 65535\nENDHDR\n"}) {  // a row of 480 MB
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(header.data()), header.size());
    EXPECT_EQ(code_of([&] { static_cast<void>(Image::open(bytes, limits)); }),
              ErrorCode::over_limit)
        << header;
  }
}

TEST(Image, SystemErrorsSayWhatAndWhere) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { static_cast<void>(Image::open(folder / "missing.jpg")); }),
            ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { static_cast<void>(Image::open(folder.path())); }), ErrorCode::unreadable);
  EXPECT_EQ(code_of([] { static_cast<void>(Image::open(-1)); }), ErrorCode::unreadable);
  support::write_file(folder / "text.jpg", "hello");
  try {
    static_cast<void>(Image::open(folder / "text.jpg"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_EQ(std::string(error.what()).find((folder / "text.jpg").string()), 0u);
  }
}

TEST(Image, ShrinkIsOneTwoFourOrEight) {
  const support::Picture picture = support::scene(40, 30, Channels::gray);
  EXPECT_EQ(code_of([&] { static_cast<void>(picture.image().rows(3)); }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(picture.image().rows(8).shrink(), 1u) << "only JPEG shrinks";
}

TEST(Image, ManyThreadsReadOneImage) {
  const auto bytes = support::to_jpeg(support::scene(300, 200, Channels::rgb), 90);
  const Image image = Image::open(bytes);
  const auto expected = Pdq{}(image).hash;
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { equal[t] = Pdq{}(image).hash == expected; });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, 1));
}

TEST(Image, EveryCodecTellsItsVersion) {
  const auto versions = codec_versions();
  EXPECT_GE(versions.size(), 7u);
  for (const std::string& version : versions)
    EXPECT_NE(version.find_first_of("0123456789"), std::string::npos) << version;
}

}  // namespace
