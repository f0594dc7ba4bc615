#include "support/errors.hpp"
#include "support/pictures.hpp"

#include "ectype/algorithms.hpp"
#include "ectype/compare.hpp"
#include "ectype/iscc.hpp"
#include "ectype/sign.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::ErrorCode;
using ectype::Image;
using ectype::parse_algorithms;
using ectype::sign;
using ectype::Signature;
using support::code_of;
using support::Picture;

const std::vector<std::string> kAll = parse_algorithms("all");

/// How many algorithms hash a picture with so short a side.
std::size_t that_take(std::uint32_t side) {
  return static_cast<std::size_t>(std::count_if(kAll.begin(), kAll.end(), [&](const auto& name) {
    return ectype::find_algorithm(name).min_side <= side;
  }));
}

std::string hex_of(const Picture& picture, const std::string& algorithm) {
  return sign(picture.image(), std::span(&algorithm, 1)).hashes.at(0).hash().to_hex();
}

// Written down once, and equal to imagehash and iscc-core then (tests/python/test_family.py); every
// machine, compiler and CPU level must give them.
TEST(Family, GoldenHashes) {
  const struct {
    std::uint32_t width, height;
    Channels channels;
    const char* algorithm;
    const char* hash;
  } golden[] = {
#include "golden_family.inc"
  };
  for (const auto& row : golden)
    EXPECT_EQ(hex_of(support::integer_pattern(row.width, row.height, row.channels), row.algorithm),
              row.hash)
        << row.algorithm << " " << row.width << " x " << row.height;
}

TEST(Family, EveryBitIsBothZeroAndOneSomewhere) {
  std::vector<Signature> signatures;
  for (unsigned seed = 0; seed < 100; ++seed)
    signatures.push_back(sign(support::scene(70 + seed, 90, Channels::gray, seed).image(), kAll));
  for (std::size_t a = 0; a < kAll.size(); ++a) {
    auto ones = signatures[0].hashes[a].hash().to_bytes();
    auto zeros = ones;
    for (std::uint8_t& byte : zeros) byte = static_cast<std::uint8_t>(~byte);
    for (const Signature& signature : signatures) {
      const auto bytes = signature.hashes[a].hash().to_bytes();
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        ones[i] |= bytes[i];
        zeros[i] |= static_cast<std::uint8_t>(~bytes[i]);
      }
    }
    // The constant term of a DCT is above the median of any picture with content.
    if (kAll[a].starts_with("phash") || kAll[a].starts_with("iscc")) zeros[0] |= 0x80;
    EXPECT_EQ(std::count(ones.begin(), ones.end(), 255), std::ptrdiff_t(ones.size())) << kAll[a];
    EXPECT_EQ(std::count(zeros.begin(), zeros.end(), 255), std::ptrdiff_t(ones.size())) << kAll[a];
  }
}

TEST(Family, GrayEqualsItsColourTwin) {
  const Picture gray = support::scene(301, 199, Channels::gray);
  Picture rgb{gray.width, gray.height, Channels::rgb, {}};
  Picture bgra{gray.width, gray.height, Channels::bgra, {}};
  for (const std::uint8_t value : gray.pixels) {
    rgb.pixels.insert(rgb.pixels.end(), 3, value);
    bgra.pixels.insert(bgra.pixels.end(), {value, value, value, 255});
  }
  for (const std::string& algorithm : kAll) {
    EXPECT_EQ(hex_of(gray, algorithm), hex_of(rgb, algorithm)) << algorithm;
    EXPECT_EQ(hex_of(gray, algorithm), hex_of(bgra, algorithm)) << algorithm;
  }
}

TEST(Family, FlatAndSymmetricPicturesAreDegenerate) {
  for (const Picture& picture :
       {support::flat(200, 100, 0), support::flat(64, 64, 128), support::flat(3, 70, 255)}) {
    for (const auto& hash : sign(picture.image(), kAll).hashes) {
      EXPECT_TRUE(hash.quality.degenerate) << hash.recipe.to_string();
      EXPECT_LE(hash.quality.value, 1) << hash.recipe.to_string();
    }
  }
  const auto checkered = sign(support::checkerboard(128, 32).image(), kAll);
  for (const char* algorithm : {"pdq", "phash", "phash_256", "iscc_image"})
    EXPECT_TRUE(checkered.find(algorithm)->quality.degenerate) << algorithm;
  for (const auto& hash : sign(support::scene(200, 100, Channels::gray).image(), kAll).hashes)
    EXPECT_TRUE(hash.quality.trusted()) << hash.recipe.to_string();
}

TEST(Family, AnyPictureOfOnePixelHasAHash) {
  for (const auto& [width, height] : {std::pair{1u, 1u}, {1u, 500u}, {3000u, 2u}}) {
    const Signature signature = sign(support::scene(width, height, Channels::rgb).image(), kAll);
    EXPECT_EQ(signature.hashes.size(), that_take(std::min(width, height)));
    EXPECT_EQ(signature.find("pdq"), nullptr);
  }
}

TEST(Family, VeryLongPicturesAreLeftToPdq) {
  const Signature signature = sign(support::flat((1u << 18) + 1, 5, 9).image(), kAll);
  ASSERT_EQ(signature.hashes.size(), 1u);
  EXPECT_EQ(signature.hashes[0].recipe.algorithm, "pdq");
  EXPECT_EQ(sign(support::flat(1u << 18, 5, 9).image(), kAll).hashes.size(), that_take(5));
}

TEST(Algorithms, AreListedOnceAndFound) {
  std::set<std::string_view> names;
  for (const ectype::AlgorithmInfo& info : ectype::algorithms()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(ectype::find_algorithm(info.name).kind, info.kind);
    EXPECT_GT(info.default_radius, 0);
    EXPECT_LT(static_cast<std::uint32_t>(info.default_radius), info.kind.max_distance());
    EXPECT_GE(info.version, 1);
    for (const std::string_view text : {info.summary, info.source, info.quality})
      EXPECT_FALSE(text.empty()) << info.name;
  }
  EXPECT_EQ(ectype::algorithms().front().name, "pdq");
}

TEST(Algorithms, ListsAreParsedStrictly) {
  EXPECT_EQ(parse_algorithms("phash"), std::vector<std::string>{"phash"});
  EXPECT_EQ(parse_algorithms("dhash,pdq,dhash"), (std::vector<std::string>{"dhash", "pdq"}));
  EXPECT_EQ(parse_algorithms("all").size(), ectype::algorithms().size());
  for (const char* list : {"", ",", "phash,", "phash, dhash", "PHASH", "md5", "all,md5"})
    EXPECT_EQ(code_of([&] { static_cast<void>(parse_algorithms(list)); }),
              ErrorCode::invalid_argument)
        << list;
  EXPECT_EQ(code_of([] {
              static_cast<void>(sign(support::flat(9, 9, 1).image(), std::vector<std::string>{}));
            }),
            ErrorCode::invalid_argument);
}

TEST(Sign, HashesOfOneDecodeEqualThoseOfEachAlone) {
  const auto jpeg = support::to_jpeg(support::scene(333, 250, Channels::rgb), 90, 6);
  const Image image = Image::open(jpeg);
  const Signature signature = sign(image, kAll);
  ASSERT_EQ(signature.hashes.size(), kAll.size());
  for (std::size_t a = 0; a < kAll.size(); ++a) {
    const Signature alone = sign(image, std::span(&kAll[a], 1));
    EXPECT_EQ(signature.hashes[a].recipe.algorithm, kAll[a]);
    EXPECT_EQ(signature.hashes[a].variants, alone.hashes.at(0).variants) << kAll[a];
    EXPECT_EQ(signature.hashes[a].quality, alone.hashes.at(0).quality) << kAll[a];
  }
  EXPECT_EQ(signature.find("pdq")->variants, sign(image).hashes.at(0).variants);
}

TEST(Sign, FastIsForPdqAlone) {
  const auto jpeg = support::to_jpeg(support::scene(1200, 1100, Channels::gray), 90, 1);
  const Image image = Image::open(jpeg);
  EXPECT_EQ(sign(image, ectype::PdqProfile::fast).hashes[0].recipe.to_string(), "pdq/1:fast");
  for (const auto& hash : sign(image, kAll, ectype::PdqProfile::fast).hashes)
    EXPECT_EQ(hash.recipe.profile, "exact");
}

TEST(Compare, UsesTheDistanceOfTheAlgorithm) {
  const std::string phash = "phash";
  const auto signed_scene = [&](unsigned seed) {
    return sign(support::scene(200, 160, Channels::gray, seed).image(), std::span(&phash, 1));
  };
  const ectype::Comparison same = compare(signed_scene(1), signed_scene(1), 10);
  EXPECT_EQ(same.verdict, ectype::Verdict::match);
  EXPECT_EQ(same.max_distance, 64);
  EXPECT_EQ(compare(signed_scene(1), signed_scene(2), 10).verdict, ectype::Verdict::no_match);
  EXPECT_EQ(code_of([&] { static_cast<void>(compare(signed_scene(1), signed_scene(1), 65)); }),
            ErrorCode::invalid_argument);
}

TEST(Iscc, TextHasItsHeader) {
  using ectype::iscc_image_code;
  EXPECT_EQ(iscc_image_code(ectype::Hash64()), "ISCC:EEAQAAAAAAAAAAAA");
  EXPECT_EQ(iscc_image_code(ectype::Hash256()).substr(0, 8), "ISCC:EED");
  EXPECT_EQ(code_of([] { static_cast<void>(iscc_image_code(ectype::ByteHash<8>())); }),
            ErrorCode::invalid_argument);
}

}  // namespace
