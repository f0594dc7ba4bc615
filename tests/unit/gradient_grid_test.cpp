#include "ectype/gradient_grid.hpp"

#include "reference/gradient_grid_slow.hpp"
#include "support/pictures.hpp"

#include "ectype/byte_index.hpp"
#include "ectype/sign.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::GradientGrid;
using ectype::Image;
using ectype::Transform;
using support::Picture;

GradientGrid::Hash hash_of(const Picture& picture) { return GradientGrid{}(picture.image()).hash; }

Picture inverted(Picture picture) {
  for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(255 - value);
  return picture;
}

TEST(GradientGrid, IsWithinOneOfTheSlowReference) {
  for (const auto& [width, height] :
       {std::pair{32u, 32u}, {33u, 50u}, {96u, 96u}, {129u, 127u}, {333u, 240u}, {50u, 400u}}) {
    for (const Channels channels : {Channels::gray, Channels::rgb}) {
      for (const Picture& picture : {support::scene(width, height, channels, width),
                                     support::integer_pattern(width, height, channels)}) {
        const auto expected = reference::gradient_grid_slow(
            reference::area_means(support::luma_of(picture.image()), width, height));
        const GradientGrid::Hash hash = hash_of(picture);
        for (std::size_t i = 0; i < expected.size(); ++i)
          EXPECT_NEAR(hash.values()[GradientGrid::byte_of(i / 48, i / 8 % 6, i % 8)], expected[i],
                      1)
              << width << " x " << height << ": " << i;
      }
    }
  }
}

// Written down once; every machine, compiler and CPU level must give them.
TEST(GradientGrid, GoldenHashes) {
  const struct {
    std::uint32_t width, height;
    Channels channels;
    const char* hash;
  } golden[] = {
#include "golden_gradient_grids.inc"
  };
  for (const auto& row : golden)
    EXPECT_EQ(hash_of(support::integer_pattern(row.width, row.height, row.channels)).to_hex(),
              row.hash)
        << row.width << " x " << row.height;
}

TEST(GradientGrid, VariantsEqualTheReallyTransformedPicture) {
  // stored_for_orientation(p, o) is the transform that undoes orientation o.
  const std::pair<int, Transform> pairs[] = {
      {1, Transform::original},    {2, Transform::flip_y},     {3, Transform::rotate180},
      {4, Transform::flip_x},      {5, Transform::flip_plus1}, {6, Transform::rotate90},
      {7, Transform::flip_minus1}, {8, Transform::rotate270}};
  for (const auto& [width, height] : {std::pair{192u, 288u}, {320u, 257u}, {51u, 83u}}) {
    for (const Channels channels : {Channels::gray, Channels::rgb}) {
      const Picture picture = support::scene(width, height, channels);
      const auto variants = GradientGrid{}.variants(picture.image());
      for (const auto& [orientation, transform] : pairs) {
        const Picture turned = support::stored_for_orientation(picture, orientation);
        EXPECT_EQ(hash_of(turned), variants[transform]) << to_string(transform);
        EXPECT_EQ(hash_of(inverted(turned)),
                  GradientGrid::permuted(variants[Transform::original], transform, true))
            << to_string(transform);
      }
      const std::set distinct(variants.hashes.begin(), variants.hashes.end());
      EXPECT_EQ(distinct.size(), ectype::kTransformCount);
    }
  }
}

TEST(GradientGrid, PermutationsAreWholeAndServePermuteVariants) {
  const auto permutations = GradientGrid::permutations();
  ASSERT_EQ(permutations.size(), 16 * GradientGrid::kBytes);
  for (std::size_t t = 0; t < 16; ++t) {
    const auto permutation = permutations.subspan(t * GradientGrid::kBytes, GradientGrid::kBytes);
    const std::set<std::uint16_t> distinct(permutation.begin(), permutation.end());
    EXPECT_EQ(distinct.size(), GradientGrid::kBytes);
    EXPECT_EQ(*distinct.rbegin(), GradientGrid::kBytes - 1);
  }
  const GradientGrid::Hash hash = hash_of(support::scene(200, 150, Channels::gray));
  const auto variants = ectype::permute_variants(hash.values(), permutations);
  for (std::size_t t = 0; t < 16; ++t) {
    const auto expected =
        GradientGrid::permuted(hash, ectype::kTransforms[t % 8], t >= ectype::kTransformCount);
    EXPECT_TRUE(std::equal(expected.values().begin(), expected.values().end(),
                           variants.begin() + static_cast<long>(t * GradientGrid::kBytes)));
  }
}

TEST(GradientGrid, DirectionsAndCellsAreWhereTheyAreSaidToBe) {
  // Grows brighter to the right in the top left corner alone.
  Picture picture = support::flat(96, 96, 0);
  for (std::uint32_t y = 0; y < 16; ++y)
    for (std::uint32_t x = 0; x < 96; ++x)
      picture.pixels[y * 96 + x] = static_cast<std::uint8_t>(x < 8 ? 0 : 200);
  const GradientGrid::Hash hash = hash_of(picture);
  const auto value = [&](std::size_t row, std::size_t column, std::size_t direction) {
    return int{hash.values()[GradientGrid::byte_of(row, column, direction)]};
  };
  EXPECT_GT(value(0, 0, 0), value(0, 0, 4));
  EXPECT_GT(value(0, 0, 0), value(0, 3, 0));
  EXPECT_GT(value(0, 3, 6), value(0, 3, 2));  // its lower edge grows brighter upwards
  for (std::size_t direction = 0; direction < 8; ++direction)
    EXPECT_EQ(value(5, 5, direction), value(5, 5, 0)) << direction;
  EXPECT_LT(value(5, 5, 0), 128);
}

TEST(GradientGrid, OrientationIsApplied) {
  const Picture shown = support::scene(240, 177, Channels::rgb);
  const auto expected = GradientGrid{}(Image::open(support::to_jpeg(shown, 95, 1))).hash;
  for (int orientation = 2; orientation <= 8; ++orientation) {
    const auto jpeg =
        support::to_jpeg(support::stored_for_orientation(shown, orientation), 95, orientation);
    EXPECT_LT(squared_l2_distance(GradientGrid{}(Image::open(jpeg)).hash, expected), 1000u)
        << orientation;
  }
}

TEST(GradientGrid, SurvivesCompressionAndContrastButNotAnotherPicture) {
  const Picture picture = support::scene(300, 200, Channels::gray);
  Picture dim = picture;
  for (std::uint8_t& value : dim.pixels) value = static_cast<std::uint8_t>(60 + value / 3);
  const auto hash = hash_of(picture);
  EXPECT_LT(squared_l2_distance(hash, hash_of(dim)), GradientGrid::kDefaultRadius / 10);
  const auto jpeg = support::to_jpeg(picture, 20);
  EXPECT_LT(squared_l2_distance(hash, GradientGrid{}(Image::open(jpeg)).hash),
            GradientGrid::kDefaultRadius / 10);
  EXPECT_GT(squared_l2_distance(hash, hash_of(support::scene(300, 200, Channels::gray, 2))),
            2 * GradientGrid::kDefaultRadius);
}

TEST(GradientGrid, EveryByteTakesSmallAndLargeValues) {
  GradientGrid::Hash::Values least;
  GradientGrid::Hash::Values most{};
  least.fill(255);
  for (unsigned seed = 0; seed < 60; ++seed) {
    const auto hash = hash_of(support::scene(70 + seed, 90, Channels::gray, seed));
    for (std::size_t i = 0; i < most.size(); ++i) {
      least[i] = std::min(least[i], hash.values()[i]);
      most[i] = std::max(most[i], hash.values()[i]);
    }
  }
  EXPECT_LT(*std::max_element(least.begin(), least.end()), 118);
  EXPECT_GT(*std::min_element(most.begin(), most.end()), 138);
}

TEST(GradientGrid, FlatPicturesAreDegenerate) {
  GradientGrid::Hash::Values middle;
  middle.fill(128);
  for (const std::uint8_t value : {0, 77, 255}) {
    const auto result = GradientGrid{}(support::flat(200, 100, value).image());
    EXPECT_EQ(result.hash, GradientGrid::Hash(middle));
    EXPECT_EQ(result.quality, (ectype::Quality{0, true}));
  }
  // A ramp has gradients of one direction.
  EXPECT_TRUE(GradientGrid{}(support::gradient(256, 128).image()).quality.degenerate);
  const auto scene = GradientGrid{}(support::scene(200, 100, Channels::gray).image());
  EXPECT_TRUE(scene.quality.trusted());

  // Stripes, the same in all cells.
  Picture stripes = support::flat(300, 300, 0);
  for (std::size_t i = 0; i < stripes.pixels.size(); ++i)
    stripes.pixels[i] = static_cast<std::uint8_t>(i % 300 / 6 % 2 * 200 + i % 7);
  EXPECT_TRUE(GradientGrid{}(stripes.image()).quality.degenerate);

  // Noise on gray, whose means hardly differ.
  Picture noise = support::flat(2000, 1500, 0);
  std::mt19937 random(1);
  for (std::uint8_t& value : noise.pixels) value = static_cast<std::uint8_t>(126 + random() % 5);
  EXPECT_TRUE(GradientGrid{}(noise.image()).quality.degenerate);
}

TEST(GradientGrid, TooSmallHasTheZeroHash) {
  for (const auto& [width, height] : {std::pair{1u, 1u}, {31u, 400u}, {4000u, 31u}}) {
    const auto result = GradientGrid{}(support::scene(width, height, Channels::gray).image());
    EXPECT_EQ(result.hash, GradientGrid::Hash{});
    EXPECT_EQ(result.quality.value, 0);
  }
  EXPECT_NE(hash_of(support::scene(32, 32, Channels::gray)), GradientGrid::Hash{});
}

TEST(GradientGrid, ComesWithOtherHashesFromOneDecode) {
  const Picture picture = support::scene(300, 200, Channels::rgb);
  const std::vector<std::string> algorithms{"pdq", "gradient_grid"};
  const auto signature = ectype::sign(picture.image(), algorithms);
  ASSERT_EQ(signature.hashes.size(), 2u);
  const auto variants = GradientGrid{}.variants(picture.image());
  EXPECT_EQ(signature.hashes[1].recipe, GradientGrid{}.recipe());
  EXPECT_EQ(signature.hashes[1].quality, variants.quality);
  ASSERT_EQ(signature.hashes[1].variants.size(), ectype::kTransformCount);
  for (std::size_t t = 0; t < ectype::kTransformCount; ++t)
    EXPECT_EQ(signature.hashes[1].variants[t], ectype::HashValue(variants.hashes[t]));
}

}  // namespace
