#include "support/errors.hpp"
#include "support/framed.hpp"

#include "ectype/gradient_grid.hpp"
#include "ectype/keypoints.hpp"
#include "ectype/sign.hpp"

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::ErrorCode;
using ectype::Image;
using ectype::Region;
using ectype::sign;
using ectype::Signature;
using ectype::SignOptions;
using support::framed;
using support::Picture;

SignOptions both() {
  SignOptions options;
  options.algorithms = {"pdq", "gradient_grid"};
  return options;
}

ectype::KeypointSignature keypoints_of(const Signature& signature) {
  return signature.find("keypoints")->hash().as<ectype::KeypointSignature>();
}

void expect_equal(const ectype::SignatureHash& a, const ectype::SignatureHash& b) {
  EXPECT_EQ(a.recipe, b.recipe);
  EXPECT_EQ(a.region, b.region);
  EXPECT_EQ(a.quality, b.quality);
  EXPECT_EQ(a.variants, b.variants);
}

TEST(SignOptions, ContentIsThePictureWithoutItsBorder) {
  const Picture photo = support::scene(400, 300, Channels::gray);
  SignOptions options = both();
  options.content_region = true;
  const Signature plain = sign(photo.image(), options);
  EXPECT_FALSE(plain.content);
  ASSERT_EQ(plain.hashes.size(), 2u);

  const Signature bordered = sign(framed(photo, {50, 40, 50, 40}, 255).image(), options);
  ASSERT_TRUE(bordered.content);
  EXPECT_EQ(*bordered.content,
            (ectype::ContentRectangle{50.0 / 500, 40.0 / 380, 450.0 / 500, 340.0 / 380}));
  ASSERT_EQ(bordered.hashes.size(), 4u);
  for (const std::size_t i : {0u, 1u}) {
    EXPECT_EQ(bordered.hashes[i].region, Region::whole);
    const auto& content = bordered.hashes[i + 2];
    EXPECT_EQ(content.region, Region::content);
    EXPECT_EQ(content.recipe.profile, "reduced");
    EXPECT_EQ(content.recipe.algorithm, options.algorithms[i]);
    // The picture has no more than 512 pixels a side: nothing was reduced.
    EXPECT_EQ(content.variants, plain.hashes[i].variants);
    EXPECT_EQ(bordered.find(options.algorithms[i], Region::content), &content);
    EXPECT_EQ(bordered.find(options.algorithms[i]), &bordered.hashes[i]);
  }
}

TEST(SignOptions, ContentOfALargePictureIsNear) {
  const Picture photo = support::scene(1600, 1200, Channels::rgb);
  Picture bordered = support::scene(1800, 1400, Channels::rgb);
  std::fill(bordered.pixels.begin(), bordered.pixels.end(), std::uint8_t{0});
  for (std::size_t y = 0; y < 1200; ++y)
    std::copy_n(
        photo.pixels.begin() + static_cast<std::ptrdiff_t>(y * 4800), 4800,
        bordered.pixels.begin() + static_cast<std::ptrdiff_t>(((y + 100) * 1800 + 100) * 3));
  SignOptions options = both();
  options.content_region = true;
  const Signature whole = sign(photo.image(), options);
  const Signature found = sign(bordered.image(), options);
  ASSERT_NE(found.find("pdq", Region::content), nullptr);
  EXPECT_LE(distance(whole.find("pdq")->hash(), found.find("pdq", Region::content)->hash()), 10u);
  EXPECT_LE(distance(whole.find("gradient_grid")->hash(),
                     found.find("gradient_grid", Region::content)->hash()),
            10'000u);
}

// Written down once; every machine, compiler and CPU level must give it.
TEST(SignOptions, GoldenContent) {
  const Picture picture =
      framed(support::integer_pattern(1300, 900, Channels::gray), {150, 200, 150, 100}, 255);
  SignOptions options = both();
  options.content_region = true;
  const Signature signature = sign(picture.image(), options);
  ASSERT_TRUE(signature.content);
  EXPECT_EQ(*signature.content,
            (ectype::ContentRectangle{48.0 / 512, 64.0 / 384, 464.0 / 512, 352.0 / 384}));
  ASSERT_NE(signature.find("pdq", Region::content), nullptr);
  EXPECT_EQ(signature.find("pdq", Region::content)->hash().to_hex(),
            "4e88b935428a54ae09d1b63708d1ba95456af64f417af6572aadb6cb092ef6d8");
}

TEST(SignOptions, HashesOfTheWholeDoNotDependOnTheRest) {
  const Picture picture = framed(support::scene(500, 400, Channels::gray), {60, 60, 60, 60}, 0);
  SignOptions all = both();
  all.algorithms.push_back("phash");
  const Signature expected = sign(picture.image(), all.algorithms);
  all.content_region = true;
  all.grounds = true;
  all.keypoints.emplace();
  const Signature signature = sign(picture.image(), all);
  // Keypoints, and no phash of the content.
  ASSERT_EQ(signature.hashes.size(), expected.hashes.size() + 3);
  for (std::size_t i = 0; i < expected.hashes.size(); ++i)
    expect_equal(signature.hashes[i], expected.hashes[i]);
}

TEST(SignOptions, KeypointsAreThoseOfTheExtractor) {
  const Picture picture = support::scene(900, 700, Channels::rgb);
  for (const ectype::KeypointOptions keypoints :
       {ectype::KeypointOptions{512, 128}, ectype::KeypointOptions{900, 300}}) {
    SignOptions options = both();
    options.keypoints = keypoints;
    const auto expected = ectype::KeypointExtractor(keypoints)(picture.image());
    EXPECT_EQ(keypoints_of(sign(picture.image(), options)), expected);
    options.content_region = true;
    EXPECT_EQ(keypoints_of(sign(picture.image(), options)), expected);
    options.algorithms.clear();
    const Signature alone = sign(picture.image(), options);
    EXPECT_EQ(keypoints_of(alone), expected);
    EXPECT_EQ(alone.hashes.size(), 1u);
  }
  EXPECT_EQ(sign(picture.image(), both()).find("keypoints"), nullptr);
}

Picture icon(bool transparent) {
  Picture picture = support::scene(200, 160, Channels::rgba, 5);
  for (std::size_t i = 0; i < picture.pixels.size() / 4; ++i)
    picture.pixels[4 * i + 3] = transparent && i / 3200 % 2 == 0 ? i % 256 : 255;
  return picture;
}

/// Composited by hand.
Picture on_ground(const Picture& picture, unsigned ground) {
  Picture out{picture.width, picture.height, Channels::rgb, {}};
  for (std::size_t i = 0; i < picture.pixels.size(); i += 4)
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned alpha = picture.pixels[i + 3];
      out.pixels.push_back(static_cast<std::uint8_t>(
          (picture.pixels[i + c] * alpha + ground * (255 - alpha) + 127) / 255));
    }
  return out;
}

TEST(SignOptions, TransparentPicturesStandOnWhiteAndOnBlack) {
  SignOptions options = both();
  options.grounds = true;
  const Picture picture = icon(true);
  const Signature signature = sign(picture.image(), options);
  ASSERT_EQ(signature.hashes.size(), 6u);
  const Region regions[]{Region::whole, Region::on_white, Region::on_black};
  const unsigned grounds[]{128, 255, 0};
  for (std::size_t g = 0; g < 3; ++g) {
    const Signature flat = sign(on_ground(picture, grounds[g]).image(), options);
    ASSERT_EQ(flat.hashes.size(), 2u);
    for (const std::size_t a : {0u, 1u}) {
      EXPECT_EQ(signature.hashes[2 * g + a].region, regions[g]);
      EXPECT_EQ(signature.hashes[2 * g + a].recipe, flat.hashes[a].recipe);
      EXPECT_EQ(signature.hashes[2 * g + a].variants, flat.hashes[a].variants);
    }
  }
  EXPECT_EQ(sign(icon(false).image(), options).hashes.size(), 2u);  // alpha of 255 everywhere
  options.grounds = false;
  EXPECT_EQ(sign(picture.image(), options).hashes.size(), 2u);
}

TEST(SignOptions, RefusesWhatMakesNoSense) {
  const Picture picture = support::scene(100, 100, Channels::gray);
  SignOptions options;
  options.algorithms.clear();
  EXPECT_EQ(support::code_of([&] { (void)sign(picture.image(), options); }),
            ErrorCode::invalid_argument);
  options.keypoints = ectype::KeypointOptions{1, 1};
  EXPECT_EQ(support::code_of([&] { (void)sign(picture.image(), options); }),
            ErrorCode::invalid_argument);
  options = both();
  options.algorithms.emplace_back("nonesuch");
  EXPECT_EQ(support::code_of([&] { (void)sign(picture.image(), options); }),
            ErrorCode::invalid_argument);
}

TEST(Regions, NamesAreParsed) {
  for (const Region region : {Region::whole, Region::content, Region::on_white, Region::on_black})
    EXPECT_EQ(ectype::parse_region(to_string(region)), region);
  for (const char* text : {"", "Whole", "on_gray", "content "})
    EXPECT_EQ(support::code_of([&] { (void)ectype::parse_region(text); }),
              ErrorCode::invalid_argument);
}

}  // namespace
