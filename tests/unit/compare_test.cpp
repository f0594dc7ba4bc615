#include "ectype/compare.hpp"

#include "support/pictures.hpp"

#include "ectype/error.hpp"
#include "ectype/sign.hpp"

#include <gtest/gtest.h>

namespace {

using namespace ectype;

Signature sign_scene(unsigned seed, int orientation = 1) {
  return sign(
      support::stored_for_orientation(support::scene(320, 300, Channels::gray, seed), orientation)
          .image());
}

TEST(Compare, CopyAndStranger) {
  EXPECT_EQ(compare(sign_scene(1), sign_scene(1)).verdict, Verdict::match);
  EXPECT_EQ(compare(sign_scene(1), sign_scene(1)).distance, 0);
  EXPECT_EQ(compare(sign_scene(1), sign_scene(2)).verdict, Verdict::no_match);
}

TEST(Compare, NamesTheTransformOfTheFirst) {
  const Comparison result = compare(sign_scene(1, 2), sign_scene(1));
  EXPECT_EQ(result.verdict, Verdict::match);
  EXPECT_EQ(result.transform, Transform::flip_y);
  EXPECT_NE(explain(result, 31).find("mirrored left to right"), std::string::npos);
}

TEST(Compare, RadiusIsInclusive) {
  Signature a = sign_scene(1);
  Signature b = a;
  auto words = b.hashes[0].hash().as<Hash256>().as_words();
  words[0] ^= 0b111;
  b.hashes[0].variants[0] = Hash256(words);
  EXPECT_EQ(compare(a, b, 3).verdict, Verdict::match);
  EXPECT_EQ(compare(a, b, 2).verdict, Verdict::no_match);
}

TEST(Compare, FlatPicturesNeverMatch) {
  const Signature flat = sign(support::flat(100, 100, 9).image());
  EXPECT_EQ(compare(flat, flat).verdict, Verdict::low_quality);
}

TEST(Compare, RefusesWhatCannotBeCompared) {
  Signature other = sign_scene(1);
  other.hashes[0].recipe.algorithm = "phash";
  try {
    static_cast<void>(compare(sign_scene(1), other));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::mismatch);
  }
  EXPECT_THROW(static_cast<void>(compare(sign_scene(1), Signature{})), Error);
  EXPECT_THROW(static_cast<void>(compare(sign_scene(1), sign_scene(1), -1)), Error);
  EXPECT_THROW(static_cast<void>(compare(sign_scene(1), sign_scene(1), 257)), Error);
}

TEST(Sign, TooSmallHasNoHash) {
  EXPECT_TRUE(sign(support::scene(4, 100, Channels::gray).image()).hashes.empty());
  EXPECT_EQ(sign(support::scene(5, 100, Channels::gray).image()).hashes.size(), 1u);
}

}  // namespace
