#include "hashing/content_region.hpp"

#include "hashing/keypoints/working_picture.hpp"
#include "support/framed.hpp"

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::Image;
using ectype::hashing::find_content;
using ectype::hashing::Plane;
using ectype::hashing::PlaneRectangle;
using support::framed;
using support::Margins;
using support::Picture;

/// Without a change of size.
Plane plane_of(const Image& image) {
  const auto& info = image.info();
  ectype::hashing::WorkingPicture working(info.width, info.height, info.orientation,
                                          std::max(info.width, info.height));
  auto rows = image.rows();
  for (ectype::LumaRow row; rows.next(row);) working.add(row);
  return working.finish();
}

std::optional<PlaneRectangle> content_of(const Picture& picture) {
  return find_content(plane_of(picture.image()));
}

Picture photo(unsigned seed = 1) { return support::scene(300, 200, Channels::gray, seed); }

TEST(ContentRegion, FindsBordersOfAnyLevelOnAnySide) {
  for (const Margins& margins :
       {Margins{20, 20, 20, 20}, Margins{0, 40, 0, 40}, Margins{60, 0, 60, 0}, Margins{0, 30, 0, 0},
        Margins{0, 0, 25, 0}, Margins{10, 20, 30, 40}, Margins{0, 0, 0, 50}}) {
    for (const std::uint8_t level : {0, 255, 30, 240}) {
      const PlaneRectangle expected{static_cast<int>(margins.left), static_cast<int>(margins.top),
                                    static_cast<int>(margins.left) + 300,
                                    static_cast<int>(margins.top) + 200};
      EXPECT_EQ(content_of(framed(photo(), margins, level)), expected)
          << margins.left << ' ' << margins.top << ' ' << int{level};
    }
  }
}

TEST(ContentRegion, FindsNestedBorders) {
  const Picture inner = framed(photo(), {20, 20, 20, 20}, 255);
  EXPECT_EQ(content_of(framed(inner, {0, 50, 0, 50}, 0)), (PlaneRectangle{20, 70, 320, 270}));
  const Picture pillars = framed(photo(), {40, 0, 40, 0}, 0);
  EXPECT_EQ(content_of(framed(pillars, {0, 30, 0, 30}, 128)), (PlaneRectangle{40, 30, 340, 230}));
}

TEST(ContentRegion, SurvivesJpeg) {
  const Picture picture = framed(photo(), {24, 24, 24, 24}, 255);
  for (const int quality : {90, 50, 30}) {
    const auto bytes = support::to_jpeg(picture, quality);
    const auto content = find_content(plane_of(Image::open(bytes)));
    ASSERT_TRUE(content) << quality;
    EXPECT_NEAR(content->left, 24, 3);
    EXPECT_NEAR(content->top, 24, 3);
    EXPECT_NEAR(content->right, 324, 3);
    EXPECT_NEAR(content->bottom, 224, 3);
  }
}

TEST(ContentRegion, CutsOffABarWithText) {
  Picture picture = framed(photo(), {0, 60, 0, 0}, 255);
  // Letters of 16 lines: strokes and gaps.
  for (std::uint32_t y = 22; y < 38; ++y)
    for (std::uint32_t x = 20; x < 280; ++x)
      if (x % 9 < 3 || (y == 30 && x % 9 < 7)) picture.pixels[y * 300 + x] = 0;
  EXPECT_EQ(content_of(picture), (PlaneRectangle{0, 60, 300, 260}));
}

TEST(ContentRegion, ABarMayEndWhereNoEdgeShowsIfAnotherIsAlike) {
  Picture picture = photo();
  for (std::uint32_t x = 0; x < 300; ++x)  // as dark as the border, and uneven
    for (std::uint32_t y = 0; y < 30 + x / 4; ++y) picture.pixels[y * 300 + x] = 3;
  EXPECT_EQ(content_of(framed(picture, {30, 30, 30, 30}, 0)), (PlaneRectangle{30, 30, 330, 230}));
}

TEST(ContentRegion, LeavesPicturesWithoutBordersAlone) {
  for (unsigned seed = 1; seed < 30; ++seed) EXPECT_FALSE(content_of(photo(seed))) << seed;
  EXPECT_FALSE(content_of(support::flat(200, 100, 255)));
  EXPECT_FALSE(content_of(support::gradient(256, 200)));
  EXPECT_FALSE(content_of(support::flat(1, 1, 0)));
  EXPECT_FALSE(content_of(support::scene(1, 300, Channels::gray)));
}

TEST(ContentRegion, ASkyAboveAnUnevenHorizonIsNoBar) {
  Picture picture = photo();
  for (std::uint32_t x = 0; x < 300; ++x)
    for (std::uint32_t y = 0; y < 60 + x * 40 / 300; ++y) picture.pixels[y * 300 + x] = 250;
  EXPECT_FALSE(content_of(picture));
}

TEST(ContentRegion, TooLittleAndTooMuchAreLeft) {
  EXPECT_FALSE(content_of(framed(photo(), {1, 1, 1, 1}, 0)));
  EXPECT_FALSE(content_of(framed(photo(), {0, 350, 0, 350}, 0)));  // 22 %
  EXPECT_TRUE(content_of(framed(photo(), {0, 250, 0, 250}, 0)));
  EXPECT_FALSE(content_of(framed(support::scene(28, 28, Channels::gray), {8, 8, 8, 8}, 0)));
}

TEST(ContentRegion, TurnsWithThePicture) {
  const Picture shown = framed(photo(), {10, 20, 30, 40}, 255);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto stored = support::stored_for_orientation(shown, orientation);
    const auto bytes = support::to_jpeg(stored, 100, orientation);
    EXPECT_EQ(find_content(plane_of(Image::open(bytes))), (PlaneRectangle{10, 20, 310, 220}))
        << orientation;
  }
}

TEST(ContentRegion, CutOutCopiesThePart) {
  const Plane plane = plane_of(photo().image());
  const Plane part = cut_out(plane, {7, 9, 107, 59});
  ASSERT_EQ(part.width(), 100);
  ASSERT_EQ(part.height(), 50);
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 100; ++x) ASSERT_EQ(part.at(x, y), plane.at(x + 7, y + 9));
}

}  // namespace
