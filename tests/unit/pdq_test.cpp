#include "ectype/pdq.hpp"

#include "reference/pdq_float.hpp"
#include "support/pictures.hpp"

#include <bit>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::Hash256;
using ectype::Image;
using ectype::Pdq;
using ectype::Transform;
using support::Picture;

TEST(Pdq, EqualsTheFloatReferenceAtManySizes) {
  for (const auto& [width, height] : {std::pair{5u, 5u},
                                      {5u, 700u},
                                      {700u, 7u},
                                      {63u, 64u},
                                      {64u, 64u},
                                      {65u, 200u},
                                      {129u, 127u},
                                      {255u, 257u},
                                      {511u, 300u},
                                      {333u, 640u},
                                      {1001u, 777u}}) {
    for (const Channels channels : {Channels::gray, Channels::rgb}) {
      const Picture picture = support::scene(width, height, channels, width + height);
      const auto expected =
          reference::pdq_float(picture.luma(), static_cast<int>(width), static_cast<int>(height));
      const auto result = Pdq{}(picture.image());
      EXPECT_EQ(result.quality.value, expected.quality) << width << " x " << height;
      EXPECT_LE(hamming_distance(result.hash, expected.hash), result.quality.degenerate ? 256 : 0)
          << width << " x " << height;
    }
  }
}

// Written down once; every machine, compiler and CPU level must give them.
TEST(Pdq, GoldenHashes) {
  const struct {
    std::uint32_t width, height;
    Channels channels;
    const char* hash;
  } golden[] = {
#include "golden_hashes.inc"
  };
  for (const auto& row : golden)
    EXPECT_EQ(
        Pdq{}(support::integer_pattern(row.width, row.height, row.channels).image()).hash.to_hex(),
        row.hash)
        << row.width << " x " << row.height;
}

TEST(Pdq, EveryBitIsBothZeroAndOneSomewhere) {
  Hash256::Words ones{};
  Hash256::Words zeros{};
  for (unsigned seed = 0; seed < 60; ++seed) {
    const auto hash = Pdq{}(support::scene(70 + seed, 90, Channels::gray, seed).image()).hash;
    for (std::size_t w = 0; w < ones.size(); ++w) {
      ones[w] |= hash.as_words()[w];
      zeros[w] |= ~hash.as_words()[w];
    }
  }
  for (std::size_t w = 0; w < ones.size(); ++w) {
    EXPECT_EQ(ones[w], ~std::uint64_t{0});
    EXPECT_EQ(zeros[w], ~std::uint64_t{0});
  }
}

TEST(Pdq, HalfOfTheBitsAreSet) {
  EXPECT_EQ(Pdq{}(support::scene(300, 200, Channels::rgb).image()).hash.popcount(), 128);
}

TEST(Pdq, GrayEqualsItsColourTwin) {
  const Picture gray = support::scene(301, 199, Channels::gray);
  Picture rgb{gray.width, gray.height, Channels::rgb, {}};
  Picture bgra{gray.width, gray.height, Channels::bgra, {}};
  for (const std::uint8_t value : gray.pixels) {
    rgb.pixels.insert(rgb.pixels.end(), 3, value);
    bgra.pixels.insert(bgra.pixels.end(), {value, value, value, 255});
  }
  EXPECT_EQ(Pdq{}(gray.image()).hash, Pdq{}(rgb.image()).hash);
  EXPECT_EQ(Pdq{}(gray.image()).hash, Pdq{}(bgra.image()).hash);
}

TEST(Pdq, OrientationEqualsTheTurnedPicture) {
  const Picture shown = support::scene(240, 177, Channels::rgb);
  const Hash256 expected = Pdq{}(Image::open(support::to_jpeg(shown, 95, 1))).hash;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    // The coordinates are what is tested: no codec between, so equality is exact.
    const Picture stored = support::stored_for_orientation(shown, orientation);
    const auto jpeg = support::to_jpeg(stored, 95, orientation);
    const Image image = Image::open(jpeg);
    EXPECT_EQ(image.info().orientation, orientation);
    EXPECT_LE(hamming_distance(Pdq{}(image).hash, expected), 6) << orientation;
  }
}

TEST(Pdq, BadOrientationCountsAsOneWithAWarning) {
  const Picture shown = support::scene(100, 80, Channels::rgb);
  for (const int orientation : {9, 99, 255}) {
    const auto jpeg = support::to_jpeg(shown, 90, orientation);
    const Image image = Image::open(jpeg);
    EXPECT_EQ(image.info().orientation, 1);
    EXPECT_EQ(image.info().warnings.size(), 1u);
  }
}

TEST(Pdq, VariantsAreNearTheReallyTransformedPicture) {
  const Picture picture = support::scene(320, 256, Channels::gray);
  const auto variants = Pdq{}.variants(picture.image());
  EXPECT_EQ(variants[Transform::original], Pdq{}(picture.image()).hash);
  // stored_for_orientation(p, o) is the transform that undoes orientation o.
  const std::pair<int, Transform> pairs[] = {{2, Transform::flip_y},   {3, Transform::rotate180},
                                             {4, Transform::flip_x},   {5, Transform::flip_plus1},
                                             {6, Transform::rotate90}, {7, Transform::flip_minus1},
                                             {8, Transform::rotate270}};
  for (const auto& [orientation, transform] : pairs) {
    const auto really = Pdq{}(support::stored_for_orientation(picture, orientation).image());
    EXPECT_LE(hamming_distance(really.hash, variants[transform]), 31) << to_string(transform);
    EXPECT_GT(hamming_distance(really.hash, variants[Transform::original]), 60);
  }
}

TEST(Pdq, FlatGradientAndCheckerboardAreDegenerate) {
  for (const Picture& picture : {support::flat(200, 100, 0), support::flat(64, 64, 128),
                                 support::flat(640, 480, 255), support::gradient(256, 128),
                                 support::checkerboard(128, 32), support::checkerboard(64, 8)}) {
    const auto result = Pdq{}(picture.image());
    EXPECT_TRUE(result.quality.degenerate) << picture.width << " x " << picture.height;
    EXPECT_FALSE(result.quality.trusted());
  }
  EXPECT_EQ(Pdq{}(support::flat(200, 100, 77).image()).hash, Hash256{});
  EXPECT_FALSE(Pdq{}(support::scene(200, 100, Channels::gray).image()).quality.degenerate);
}

TEST(Pdq, TooSmallHasTheZeroHash) {
  for (const auto& [width, height] : {std::pair{1u, 1u}, {4u, 4u}, {4000u, 4u}, {4u, 300u}}) {
    const auto result = Pdq{}(support::scene(width, height, Channels::gray).image());
    EXPECT_EQ(result.hash, Hash256{});
    EXPECT_EQ(result.quality.value, 0);
  }
  EXPECT_NE(Pdq{}(support::scene(5, 5, Channels::gray).image()).hash, Hash256{});
}

TEST(Pdq, FastIsWithinTwoBitsOfExact) {
  const Picture large = support::scene(2300, 1700, Channels::gray);
  const auto jpeg = support::to_jpeg(large, 85);
  const Image image = Image::open(jpeg);
  ASSERT_EQ(image.rows(2).shrink(), 2u);
  EXPECT_LE(hamming_distance(Pdq{}(image).hash, Pdq{ectype::PdqProfile::fast}(image).hash), 2);
  EXPECT_EQ(Pdq{ectype::PdqProfile::fast}.recipe().to_string(), "pdq/1:fast");
}

TEST(Pdq, VeryWidePicturesAreExactToo) {
  // Beyond the lengths where 16-bit weights do.
  const Picture wide = support::scene(400'000, 6, Channels::gray);
  const auto expected = reference::pdq_float(wide.luma(), 400'000, 6);
  const auto result = Pdq{}(wide.image());
  EXPECT_EQ(result.quality.value, expected.quality);
  EXPECT_LE(hamming_distance(result.hash, expected.hash), 2);
}

}  // namespace
