#include "support/pictures.hpp"

#include "ectype/error.hpp"
#include "ectype/pdq.hpp"

#include <gtest/gtest.h>

namespace {

using namespace ectype;

std::vector<std::uint8_t> scene_jpeg(bool progressive = false) {
  return support::to_jpeg(support::scene(320, 240, Channels::rgb), 90, 0, progressive);
}

Decoded decode(std::span<const std::uint8_t> bytes) {
  auto rows = Image::open(bytes).rows();
  for (LumaRow row; rows.next(row);) {
  }
  return rows.decoded();
}

TEST(Jpeg, LumaIsItsOwnY) {
  const support::Picture gray = support::scene(64, 48, Channels::gray);
  const auto jpeg = support::to_jpeg(gray, 100);
  const auto luma = support::luma_of(Image::open(jpeg));
  for (std::size_t i = 0; i < luma.size(); ++i) ASSERT_NEAR(luma[i] / 1000.0, gray.pixels[i], 2);
  EXPECT_EQ(Image::open(jpeg).info().color, "gray");
  EXPECT_EQ(Image::open(scene_jpeg()).info().color, "ycbcr");
}

TEST(Jpeg, WholeFilesAreNotDamaged) {
  for (const bool progressive : {false, true}) {
    const Decoded decoded = decode(scene_jpeg(progressive));
    EXPECT_FALSE(decoded.damaged()) << decoded.damage;
    EXPECT_EQ(decoded.rows_intact, 240u);
  }
}

TEST(Jpeg, ProgressiveGivesTheSameRowsAsBaseline) {
  const auto baseline = scene_jpeg(false);
  const auto progressive = scene_jpeg(true);
  EXPECT_EQ(support::luma_of(Image::open(baseline)), support::luma_of(Image::open(progressive)));
}

TEST(Jpeg, CutBaselineKeepsWhatIsThere) {
  const auto bytes = scene_jpeg();
  const auto whole = support::luma_of(Image::open(bytes));
  const auto half = std::span(bytes).first(bytes.size() / 2);
  const Decoded decoded = decode(half);
  EXPECT_TRUE(decoded.damaged());
  EXPECT_GT(decoded.rows_intact, 60u);
  EXPECT_LT(decoded.rows_intact, 200u);
  const auto luma = support::luma_of(Image::open(half));
  for (std::size_t i = 0; i < luma.size(); ++i)
    ASSERT_EQ(luma[i], i / 320 < decoded.rows_intact ? whole[i] : 128'000u) << i / 320;
}

TEST(Jpeg, CutProgressiveSaysSo) {
  const auto bytes = scene_jpeg(true);
  const Decoded decoded = decode(std::span(bytes).first(bytes.size() * 6 / 10));
  EXPECT_TRUE(decoded.damaged());
  EXPECT_NE(decoded.damage.find("scan"), std::string::npos) << decoded.damage;
}

TEST(Jpeg, EveryCutAndManyFlipsAreSurvived) {
  const auto bytes = support::to_jpeg(support::scene(48, 40, Channels::rgb), 80, 6);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    try {
      const Decoded decoded = decode(std::span(bytes).first(size));
      EXPECT_EQ(decoded.damaged(), size < bytes.size()) << size;
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal);
    }
  }
  auto flipped = bytes;
  for (std::size_t at = 2; at < bytes.size(); ++at) {
    flipped[at] = static_cast<std::uint8_t>(~flipped[at]);
    try {
      static_cast<void>(decode(flipped));
    } catch (const Error&) {
      // Refusing is as good as decoding; crashing is not.
    }
    flipped[at] = bytes[at];
  }
}

TEST(Jpeg, TooManyScansAreRefused) {
  Limits limits;
  limits.max_jpeg_scans = 3;
  const auto bytes = scene_jpeg(true);
  auto rows = Image::open(bytes, limits).rows();
  try {
    for (LumaRow row; rows.next(row);) {
    }
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::over_limit);
  }
}

TEST(Jpeg, ShrunkRowsCoverThePicture) {
  const auto bytes = support::to_jpeg(support::scene(333, 221, Channels::gray), 90);
  for (const std::uint32_t shrink : {1u, 2u, 4u, 8u}) {
    auto rows = Image::open(bytes).rows(shrink);
    EXPECT_EQ(rows.shrink(), shrink);
    EXPECT_EQ(rows.width(), (333 + shrink - 1) / shrink);
    EXPECT_EQ(rows.height(), (221 + shrink - 1) / shrink);
    for (LumaRow row; rows.next(row);) ASSERT_EQ(row.gray.size(), rows.width());
    EXPECT_EQ(rows.decoded().rows_intact, rows.height());
  }
}

}  // namespace
