#include "ectype/keypoints.hpp"

#include "support/pictures.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <span>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::Hash128;
using ectype::Image;
using ectype::Keypoint;
using ectype::KeypointExtractor;
using ectype::KeypointOptions;
using ectype::KeypointSignature;
using support::Picture;

/// Overlapping discs, from integers alone, so that the picture is the same on every machine.
Picture discs(std::uint32_t width, std::uint32_t height, Channels channels) {
  std::mt19937 random(width * 3 + height);
  const std::size_t bytes = channels == Channels::rgb ? 3 : 1;
  Picture picture{width, height, channels, std::vector<std::uint8_t>(bytes * width * height, 90)};
  for (int i = 0; i < 400; ++i) {
    const auto x0 = static_cast<int>(random() % width);
    const auto y0 = static_cast<int>(random() % height);
    const auto radius =
        static_cast<int>(3 + random() % (width / (4 + static_cast<unsigned>(i) / 8)));
    const auto value = static_cast<std::uint8_t>(random() % 256);
    for (int y = std::max(0, y0 - radius); y < std::min<int>(height, y0 + radius); ++y)
      for (int x = std::max(0, x0 - radius); x < std::min<int>(width, x0 + radius); ++x)
        if ((x - x0) * (x - x0) + (y - y0) * (y - y0) < radius * radius)
          for (std::size_t c = 0; c < bytes; ++c)
            picture.pixels[(static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)) *
                               bytes +
                           c] = static_cast<std::uint8_t>(value ^ (c * 37));
  }
  return picture;
}

Picture detailed(std::uint32_t width, std::uint32_t height) {
  return discs(width, height, Channels::gray);
}

Picture mirror(Picture picture) {
  for (std::uint32_t y = 0; y < picture.height; ++y) {
    const auto row = picture.pixels.begin() + static_cast<std::ptrdiff_t>(y * picture.width);
    std::reverse(row, row + picture.width);
  }
  return picture;
}

Picture invert(Picture picture) {
  for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return picture;
}

/// Share of the keypoints of `a`, moved by `expected`, that `b` has too, within 16 bits.
template <typename Expected>
double share_found(const KeypointSignature& a, const KeypointSignature& b, Expected expected) {
  int found = 0;
  for (Keypoint point : a.keypoints) {
    point = expected(point);
    found += std::any_of(b.keypoints.begin(), b.keypoints.end(), [&](const Keypoint& other) {
      const int turn = (point.angle - other.angle) & 63;
      return std::abs(point.x - other.x) <= 3 && std::abs(point.y - other.y) <= 3 &&
             std::abs(point.scale - other.scale) <= 1 && (turn <= 1 || turn == 63) &&
             hamming_distance(point.descriptor, other.descriptor) <= 16;
    });
  }
  return found / static_cast<double>(a.keypoints.size());
}

TEST(Keypoints, FewerAreTheFirstOfMore) {
  const Picture picture = detailed(640, 480);
  const auto many = KeypointExtractor{}(picture.image());
  ASSERT_EQ(many.keypoints.size(), 128u);
  EXPECT_EQ(many.width, 1024);
  EXPECT_EQ(many.height, 768);
  const auto few = KeypointExtractor({512, 32})(picture.image());
  ASSERT_EQ(few.keypoints.size(), 32u);
  EXPECT_TRUE(std::equal(few.keypoints.begin(), few.keypoints.end(), many.keypoints.begin()));
  EXPECT_EQ(KeypointSignature::from_bytes(many.to_bytes()), many);
}

TEST(Keypoints, OfTheMirroredPictureAreTheMirroredOnes) {
  const Picture picture = detailed(512, 400);
  const auto share = share_found(KeypointExtractor{}(picture.image()),
                                 KeypointExtractor{}(mirror(picture).image()), [](Keypoint point) {
                                   point.descriptor = mirrored(point.descriptor);
                                   point.x = static_cast<std::uint16_t>(1023 - point.x);
                                   point.angle = (32 - point.angle) & 63;
                                   return point;
                                 });
  EXPECT_GT(share, 0.8);
}

TEST(Keypoints, OfTheInvertedPictureAreTheInvertedOnes) {
  const Picture picture = detailed(512, 400);
  const auto share = share_found(KeypointExtractor{}(picture.image()),
                                 KeypointExtractor{}(invert(picture).image()), [](Keypoint point) {
                                   point.descriptor = inverted(point.descriptor);
                                   point.angle = (32 + point.angle) & 63;
                                   return point;
                                 });
  EXPECT_GT(share, 0.8);
}

TEST(Keypoints, FollowTheOrientationOfTheFile) {
  const Picture shown = support::scene(240, 180, Channels::rgb);
  const Picture turned = support::stored_for_orientation(shown, 6);
  const auto plain = support::to_jpeg(turned, 95);
  const auto tagged = support::to_jpeg(turned, 95, 6);
  const auto a = KeypointExtractor{}(Image::open(plain));
  const auto b = KeypointExtractor{}(Image::open(tagged));
  EXPECT_GT(a.height, a.width);
  EXPECT_GT(b.width, b.height);
}

TEST(Keypoints, GrayAndColourOfTheSameLumaAreEqual) {
  const Picture gray = detailed(300, 200);
  Picture rgb = gray;
  rgb.channels = Channels::rgb;
  rgb.pixels.clear();
  for (const std::uint8_t pixel : gray.pixels) rgb.pixels.insert(rgb.pixels.end(), 3, pixel);
  EXPECT_EQ(KeypointExtractor{}(gray.image()), KeypointExtractor{}(rgb.image()));
}

TEST(Keypoints, FlatTinyAndThinPicturesHaveNone) {
  for (const auto& [width, height] : {std::pair{300u, 200u}, {1u, 1u}, {4000u, 3u}, {2u, 900u}}) {
    const auto signature = KeypointExtractor{}(support::flat(width, height, 90).image());
    EXPECT_TRUE(signature.keypoints.empty());
    EXPECT_EQ(std::max(signature.width, signature.height), 1024);
    EXPECT_GE(std::min(signature.width, signature.height), 1);
    EXPECT_EQ(KeypointSignature::from_bytes(signature.to_bytes()), signature);
  }
}

TEST(Keypoints, OfQueriesAreMoreAndFiner) {
  ectype::ImageInfo info;
  info.width = 200;
  info.height = 100;
  EXPECT_EQ(KeypointOptions::query(info).longest_side, 512u);
  info.height = 800;
  EXPECT_EQ(KeypointOptions::query(info).longest_side, 800u);
  info.width = 4000;
  EXPECT_EQ(KeypointOptions::query(info).longest_side, 1024u);
  EXPECT_EQ(KeypointOptions::query(info).max_points, 512u);
}

TEST(Keypoints, RefusesOptionsOutOfRange) {
  for (const KeypointOptions& options : {KeypointOptions{63, 128}, KeypointOptions{2049, 128},
                                         KeypointOptions{512, 0}, KeypointOptions{512, 4097}}) {
    try {
      const KeypointExtractor extractor(options);
      FAIL() << options.longest_side << ", " << options.max_points;
    } catch (const ectype::Error& error) {
      EXPECT_EQ(error.code(), ectype::ErrorCode::invalid_argument);
    }
  }
}

// Written down once; every machine, compiler and CPU level must give them.
TEST(Keypoints, GoldenSignatures) {
  const struct {
    std::uint32_t width, height;
    Channels channels;
    const char* first;  // descriptor and geometry of the first keypoint
    std::uint64_t sum;  // of all bytes, each times its number
  } golden[] = {
#include "golden_keypoints.inc"
  };
  for (const auto& row : golden) {
    const Picture picture = discs(row.width, row.height, row.channels);
    const auto bytes = KeypointExtractor{}(picture.image()).to_bytes();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) sum += (i + 1) * bytes[i];
    const std::span<const std::uint8_t> first(bytes.data() + 8, 20);
    EXPECT_EQ(ectype::to_hex(first), row.first) << row.width << " x " << row.height;
    EXPECT_EQ(sum, row.sum) << row.width << " x " << row.height;
  }
}

}  // namespace
