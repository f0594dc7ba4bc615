#include "support/errors.hpp"
#include "support/pictures.hpp"

#include "ectype/error.hpp"
#include "ectype/pdq.hpp"

#include <algorithm>

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

/// Offsets of the markers FF `code`.
std::vector<std::size_t> markers(const std::vector<std::uint8_t>& bytes, std::uint8_t code) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; at + 1 < bytes.size(); ++at)
    if (bytes[at] == 0xFF && bytes[at + 1] == code) found.push_back(at);
  return found;
}

TEST(Jpeg, BrokenLaterScansLeaveTheEarlierOnes) {
  const auto whole = scene_jpeg(true);
  const Hash256 expected = Pdq().variants(Image::open(whole)).hashes[0];
  const auto scans = markers(whole, 0xDA);
  ASSERT_GT(scans.size(), 4u);
  for (std::size_t i = 1; i < scans.size(); ++i) {
    auto broken = whole;
    broken[scans[i] + 4] = 9;  // components, of which there are three at most
    const Decoded decoded = decode(broken);
    EXPECT_EQ(decoded.rows_intact, 240u) << i;
    EXPECT_NE(decoded.damage.find("scan " + std::to_string(i + 1)), std::string::npos)
        << decoded.damage;
    EXPECT_LE(hamming_distance(Pdq().variants(Image::open(broken)).hashes[0], expected), 31) << i;
  }
  auto table = whole;
  const std::size_t last = markers(whole, 0xC4).back();
  std::fill_n(table.begin() + static_cast<std::ptrdiff_t>(last) + 5, 16, std::uint8_t{0xFF});
  EXPECT_EQ(decode(table).rows_intact, 240u);
  EXPECT_TRUE(decode(table).damaged());
}

TEST(Jpeg, RowsMadeUpAfterAnEarlyEndAreNotIntact) {
  const auto whole = scene_jpeg();
  std::vector<std::uint8_t> ended(whole.begin(),
                                  whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
  const Decoded cut = decode(ended);
  ended.insert(ended.end(), {0xFF, 0xD9});
  const Decoded decoded = decode(ended);
  EXPECT_TRUE(decoded.damaged());
  EXPECT_EQ(decoded.rows_intact, cut.rows_intact);
}

TEST(Jpeg, RestartMarkersChangeNothingOfThis) {
  const auto picture = support::scene(320, 240, Channels::rgb);
  const auto whole = support::to_jpeg(picture, 90, 0, false, 2);
  EXPECT_EQ(decode(whole).rows_intact, 240u);
  EXPECT_FALSE(decode(whole).damaged());
  const auto half = std::span(whole).first(whole.size() / 2);
  const Decoded cut = decode(half);
  EXPECT_LT(cut.rows_intact, 200u);
  std::vector<std::uint8_t> ended(half.begin(), half.end());
  ended.insert(ended.end(), {0xFF, 0xD9});
  EXPECT_EQ(decode(ended).rows_intact, cut.rows_intact);
  // Only the end of the picture is missing, and no row.
  EXPECT_EQ(decode(std::span(whole).first(whole.size() - 2)).rows_intact, 240u);

  auto progressive = support::to_jpeg(picture, 90, 0, true, 2);
  progressive[markers(progressive, 0xDA)[1] + 4] = 9;
  EXPECT_EQ(decode(progressive).rows_intact, 240u);
}

TEST(Jpeg, OtherProcessesAreUnsupportedNotDamaged) {
  for (const auto& [offset, value] : {std::pair{4, 12}, std::pair{1, 0xC3}, std::pair{1, 0xC5}}) {
    auto bytes = scene_jpeg();
    bytes[markers(bytes, 0xC0)[0] + static_cast<std::size_t>(offset)] =
        static_cast<std::uint8_t>(value);
    EXPECT_EQ(support::code_of([&] { static_cast<void>(Image::open(bytes)); }),
              ErrorCode::unsupported);
  }
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
