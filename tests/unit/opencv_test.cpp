#include "ectype/opencv.hpp"

#include "support/pictures.hpp"

#include "ectype/pdq.hpp"

#include <gtest/gtest.h>

namespace {

using namespace ectype;

cv::Mat matrix_of(const support::Picture& picture, int type) {
  return cv::Mat(static_cast<int>(picture.height), static_cast<int>(picture.width), type,
                 const_cast<std::uint8_t*>(picture.pixels.data()));
}

TEST(OpenCv, BgrAndGrayAreViewed) {
  const support::Picture gray = support::scene(120, 90, Channels::gray);
  EXPECT_EQ(Pdq{}(Image::view(pixels(matrix_of(gray, CV_8UC1)))).hash, Pdq{}(gray.image()).hash);
  support::Picture bgr = support::scene(120, 90, Channels::rgb);
  bgr.channels = Channels::bgr;
  EXPECT_EQ(Pdq{}(Image::view(pixels(matrix_of(bgr, CV_8UC3)))).hash, Pdq{}(bgr.image()).hash);
}

TEST(OpenCv, RegionsAndDepthsAreHonoured) {
  const support::Picture gray = support::scene(120, 90, Channels::gray);
  const cv::Mat region = matrix_of(gray, CV_8UC1)(cv::Rect(10, 20, 80, 60));
  ASSERT_FALSE(region.isContinuous());
  const cv::Mat packed = region.clone();
  EXPECT_EQ(Pdq{}(Image::view(pixels(region))).hash, Pdq{}(Image::view(pixels(packed))).hash);
  cv::Mat deep;
  packed.convertTo(deep, CV_16U, 257);
  EXPECT_EQ(Pdq{}(Image::view(pixels(deep))).hash, Pdq{}(Image::view(pixels(packed))).hash);
}

TEST(OpenCv, OtherTypesAreRefused) {
  EXPECT_THROW(static_cast<void>(pixels(cv::Mat())), Error);
  EXPECT_THROW(static_cast<void>(pixels(cv::Mat(8, 8, CV_32FC1, cv::Scalar(0)))), Error);
  EXPECT_THROW(static_cast<void>(pixels(cv::Mat(8, 8, CV_8UC2, cv::Scalar(0)))), Error);
}

}  // namespace
