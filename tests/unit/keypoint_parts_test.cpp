// The parts of the keypoint extractor beside slow twins in floating point.

#include "hashing/keypoints/descriptor.hpp"
#include "hashing/keypoints/detector.hpp"
#include "hashing/keypoints/fixed_point.hpp"
#include "hashing/keypoints/orientation.hpp"
#include "hashing/keypoints/scale_space.hpp"
#include "hashing/keypoints/selection.hpp"
#include "hashing/keypoints/working_picture.hpp"
#include "support/pictures.hpp"

#include "ectype/keypoint_signature.hpp"

#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::hashing::Extremum;
using ectype::hashing::kPlaneOne;
using ectype::hashing::Plane;
using support::Picture;

constexpr double kPi = std::numbers::pi;

Plane working(const Picture& picture, int orientation, std::uint32_t side) {
  ectype::hashing::WorkingPicture builder(picture.width, picture.height, orientation, side);
  const ectype::Image image = picture.image();
  auto rows = image.rows();
  for (ectype::LumaRow row; rows.next(row);) builder.add(row);
  return builder.finish();
}

void expect_equal(const Plane& a, const Plane& b) {
  ASSERT_EQ(a.width(), b.width());
  ASSERT_EQ(a.height(), b.height());
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) ASSERT_EQ(a.at(x, y), b.at(x, y)) << x << ", " << y;
}

/// A bright blob of a Gaussian's form.
Plane blob(int side, double x0, double y0, double sigma, double height) {
  Plane plane(side, side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      plane.row(y)[x] = static_cast<std::uint16_t>(std::lround(
          kPlaneOne * (100 + height * std::exp(-((x - x0) * (x - x0) + (y - y0) * (y - y0)) /
                                               (2 * sigma * sigma)))));
  return plane;
}

TEST(KeypointFixedPoint, PowersAndLogarithmsAreThoseOfTheLibrary) {
  for (int steps = -3000; steps <= 6000; steps += 7) {
    const double expected = std::exp2(steps / 768.0);
    EXPECT_NEAR(static_cast<double>(ectype::hashing::exp2_fixed(steps)) / 65536, expected,
                expected * 1e-6 + 2e-5);
  }
  for (std::uint32_t a = 64; a < 3000; a += 13)
    EXPECT_NEAR(ectype::hashing::log2_steps(a, 512), 768 * std::log2(a / 512.0), 1.01) << a;
}

TEST(KeypointFixedPoint, SinesAreThoseOfTheLibrary) {
  for (int k = -300; k < 600; ++k) {
    EXPECT_EQ(ectype::hashing::cosine(k), std::lround(8192 * std::cos(2 * kPi * k / 256))) << k;
    EXPECT_EQ(ectype::hashing::sine(k), std::lround(8192 * std::sin(2 * kPi * k / 256))) << k;
  }
}

TEST(KeypointFixedPoint, DirectionsAreOffByLittle) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> component(-16320, 16320);
  for (int i = 0; i < 20000; ++i) {
    const int dx = component(random);
    const int dy = component(random);
    double expected = std::atan2(dy, dx) / (2 * kPi) * 4096;
    if (expected < 0) expected += 4096;
    const double off = std::abs(ectype::hashing::direction(dx, dy) - expected);
    EXPECT_LE(std::min(off, 4096 - off), 3.5) << dx << ", " << dy;
  }
  EXPECT_EQ(ectype::hashing::direction(0, 0), 0);
  EXPECT_EQ(ectype::hashing::direction(5, 0), 0);
  EXPECT_EQ(ectype::hashing::direction(0, 5), 1024);
  EXPECT_EQ(ectype::hashing::direction(-5, 0), 2048);
  EXPECT_EQ(ectype::hashing::direction(0, -5), 3072);
  EXPECT_EQ(ectype::hashing::direction(3, 3), 512);
}

TEST(KeypointWorkingPicture, OfOneColourStaysSo) {
  for (const auto& [width, height] : {std::pair{37u, 1000u}, {512u, 100u}, {1000u, 3u}, {1u, 1u}}) {
    const Plane plane = working(support::flat(width, height, 201), 1, 512);
    EXPECT_EQ(std::max(plane.width(), plane.height()), 512);
    for (int y = 0; y < plane.height(); ++y)
      for (int x = 0; x < plane.width(); ++x) ASSERT_EQ(plane.at(x, y), 201 * kPlaneOne);
  }
}

TEST(KeypointWorkingPicture, IsTheMeanOverAreas) {
  const Picture picture = support::scene(200, 150, Channels::gray);
  const Plane plane = working(picture, 1, 64);
  ASSERT_EQ(plane.height(), 48);
  const auto overlap = [](double a, double b, double c, double d) {
    return std::max(0.0, std::min(b, d) - std::max(a, c));
  };
  const double step = 200.0 / 64;
  for (const auto& [x, y] : {std::pair{0, 0}, {63, 47}, {10, 20}, {31, 7}}) {
    double sum = 0;
    for (int j = 0; j < 150; ++j)
      for (int i = 0; i < 200; ++i)
        sum += picture.pixels[static_cast<std::size_t>(j * 200 + i)] *
               overlap(x * step, (x + 1) * step, i, i + 1) *
               overlap(y * step, (y + 1) * step, j, j + 1);
    EXPECT_NEAR(plane.at(x, y), kPlaneOne * sum / (step * step), 0.501);
  }
}

TEST(KeypointWorkingPicture, IsLinearBetweenPixelsWhereItGrows) {
  const Plane plane = working(support::gradient(64, 32), 1, 128);
  EXPECT_EQ(plane.width(), 128);
  for (int x = 2; x < 126; ++x)
    EXPECT_NEAR(plane.at(x + 1, 9) - plane.at(x, 9), plane.at(x, 9) - plane.at(x - 1, 9), 64);
}

TEST(KeypointWorkingPicture, DoesNotDependOnHowThePictureIsStored) {
  for (const Channels channels : {Channels::gray, Channels::rgb}) {
    const Picture shown = support::scene(90, 61, channels);
    const Plane expected = working(shown, 1, 64);
    for (int orientation = 2; orientation <= 8; ++orientation)
      expect_equal(working(support::stored_for_orientation(shown, orientation), orientation, 64),
                   expected);
  }
}

TEST(KeypointScaleSpace, GaussiansHaveTheirVariances) {
  // A square of light spreads as the filters do.
  Plane square(129, 129);
  for (int y = 57; y <= 71; ++y)
    std::fill_n(square.row(y) + 57, 15, std::uint16_t{255 * kPlaneOne});
  const auto octaves = ectype::hashing::make_scale_space(square);
  ASSERT_EQ(octaves.size(), 4u);
  double before = 0;
  for (std::size_t i = 0; i < ectype::hashing::kGaussians; ++i) {
    double sum = 0;
    double squares = 0;
    for (int y = 0; y < 129; ++y) {
      for (int x = 0; x < 129; ++x) {
        sum += octaves[0][i].at(x, y);
        squares += octaves[0][i].at(x, y) * (x - 64.0) * (x - 64.0);
      }
    }
    const double variance = squares / sum - (15 * 15 - 1) / 12.0;
    const double expected = 2.56 * std::exp2(2.0 * static_cast<double>(i) / 3);
    EXPECT_NEAR(variance, expected, 0.03 * expected) << i;
    EXPECT_GT(variance, before);
    before = variance;
  }
}

TEST(KeypointScaleSpace, KeepsOneColour) {
  Plane plane(40, 30);
  for (int y = 0; y < 30; ++y) std::fill_n(plane.row(y), 40, std::uint16_t{255 * kPlaneOne});
  for (const auto& octave : ectype::hashing::make_scale_space(plane))
    for (const Plane& gaussian : octave)
      for (int y = 0; y < gaussian.height(); ++y)
        for (int x = 0; x < gaussian.width(); ++x) ASSERT_EQ(gaussian.at(x, y), 255 * kPlaneOne);
}

TEST(KeypointDetector, FindsABlobWhereItIsAndHowLargeItIs) {
  for (const double sigma : {2.5, 3.3, 4.0, 5.7, 8.0, 11.0}) {
    for (const double shift : {0.0, 0.25, 0.6}) {
      const Plane plane = blob(160, 70 + shift, 80 - shift, sigma, 80);
      const auto octaves = ectype::hashing::make_scale_space(plane);
      auto found = ectype::hashing::find_extrema(octaves);
      found = ectype::hashing::select_spread(found, 1);
      ASSERT_EQ(found.size(), 1u) << sigma;
      EXPECT_NEAR(found[0].x / 256.0, 70 + shift, 0.05 * sigma);
      EXPECT_NEAR(found[0].y / 256.0, 80 - shift, 0.05 * sigma);
      // The difference of Gaussians of variances a and b is strongest for a blob of variance
      // sqrt(a b), and the scale of the layer is that of the finer one.
      const double expected = sigma / std::cbrt(std::sqrt(2.0));
      EXPECT_NEAR(1.6 * std::exp2(found[0].scale / 768.0), expected, 0.06 * expected) << sigma;
    }
  }
}

TEST(KeypointDetector, FindsNothingInFlatPicturesAndOnEdges) {
  EXPECT_TRUE(
      ectype::hashing::find_extrema(ectype::hashing::make_scale_space(blob(100, 50, 50, 4, 0)))
          .empty());
  Plane edge(120, 120);
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 120; ++x)
      edge.row(y)[x] = static_cast<std::uint16_t>(x < 57 ? 0 : 255 * kPlaneOne);
  EXPECT_TRUE(ectype::hashing::find_extrema(ectype::hashing::make_scale_space(edge)).empty());
}

TEST(KeypointSelection, FewerAreTheFirstOfMore) {
  std::mt19937 random(3);
  std::uniform_int_distribution<std::int32_t> place(0, 512 * 256);
  std::uniform_int_distribution<std::int32_t> contrast(20000, 2000000);
  std::vector<Extremum> extrema;
  for (int i = 0; i < 700; ++i)
    extrema.push_back({place(random), place(random), 300 + i % 2000, contrast(random), 0, 1});
  const auto many = ectype::hashing::select_spread(extrema, 128);
  ASSERT_EQ(many.size(), 128u);
  std::shuffle(extrema.begin(), extrema.end(), random);
  const auto few = ectype::hashing::select_spread(extrema, 32);
  ASSERT_EQ(few.size(), 32u);
  for (std::size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i].x, many[i].x);
    EXPECT_EQ(few[i].contrast, many[i].contrast);
  }
}

TEST(KeypointOrientation, FollowsTheGradient) {
  for (int k = 0; k < 16; ++k) {
    const double angle = 2 * kPi * k / 16 + 0.1;
    Plane plane(96, 96);
    for (int y = 0; y < 96; ++y)
      for (int x = 0; x < 96; ++x)
        plane.row(y)[x] = static_cast<std::uint16_t>(std::lround(
            kPlaneOne * (128 + std::cos(angle) * (x - 48) + std::sin(angle) * (y - 48))));
    const auto octaves = ectype::hashing::make_scale_space(plane);
    const int direction =
        ectype::hashing::dominant_direction(octaves, {48 * 256, 48 * 256, 256, 100000, 0, 1});
    const double off = std::abs(direction - angle / (2 * kPi) * 4096);
    EXPECT_LE(std::min(off, 4096 - off), 16) << k;
  }
}

/// The coefficients of the same patch in floating point.
double coefficient(const Plane& plane, double x0, double y0, double step, double angle, int u,
                   int v) {
  double sum = 0;
  for (int j = 0; j < 32; ++j) {
    for (int i = 0; i < 32; ++i) {
      const double a = (i - 15.5) * step;
      const double b = (j - 15.5) * step;
      const double x = x0 + a * std::cos(angle) - b * std::sin(angle);
      const double y = y0 + a * std::sin(angle) + b * std::cos(angle);
      const int column = static_cast<int>(x);
      const int row = static_cast<int>(y);
      const double fx = x - column;
      const double fy = y - row;
      const double value =
          (plane.at(column, row) * (1 - fx) + plane.at(column + 1, row) * fx) * (1 - fy) +
          (plane.at(column, row + 1) * (1 - fx) + plane.at(column + 1, row + 1) * fx) * fy;
      sum += value * std::cos(kPi * (2 * i + 1) * u / 64) * std::cos(kPi * (2 * j + 1) * v / 64);
    }
  }
  return sum / kPlaneOne;
}

TEST(KeypointDescriptor, HasTheSignsOfTheCosineTransform) {
  const auto octaves = ectype::hashing::make_scale_space(
      working(support::scene(300, 260, Channels::gray, 5), 1, 300));
  int compared = 0;
  for (const int angle : {0, 11, 64, 100, 200}) {
    for (const int scale : {256, 300, 500, 760}) {
      const int layer = std::max(1, std::min(3, (scale + 128) / 256));
      const Extremum extremum{
          140 * 256 + 77, 120 * 256 + 200, scale, 100000, 0, static_cast<std::int16_t>(layer)};
      const auto bits = ectype::hashing::describe_patch(octaves, extremum, angle * 16);
      const Plane& plane = octaves[0][static_cast<std::size_t>(layer - 1)];
      const double step = 0.75 * std::exp2(scale / 768.0);
      for (std::size_t k = 0; k < bits.bits; ++k) {
        const auto [u, v] = ectype::kKeypointFrequencies[k];
        const double expected = coefficient(plane, extremum.x / 256.0, extremum.y / 256.0, step,
                                            2 * kPi * angle / 256, u, v);
        if (std::abs(expected) < 4) continue;  // under a hundredth of a level
        ++compared;
        EXPECT_EQ(bits.test(k), expected > 0) << angle << " " << scale << " " << k;
      }
    }
  }
  EXPECT_GT(compared, 800);
}

}  // namespace
