#include "ectype/query_variants.hpp"

#include "support/errors.hpp"
#include "support/pictures.hpp"

#include "ectype/gradient_grid.hpp"
#include "ectype/sign.hpp"

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::inverted;
using ectype::Recipe;
using support::Picture;

/// All eight variants of the really inverted picture, without decoding it.
TEST(QueryVariants, InvertedIsTheHashOfTheInvertedPicture) {
  const std::vector<std::string> algorithms{"pdq", "gradient_grid"};
  for (unsigned seed = 1; seed < 20; ++seed) {
    for (const Channels channels : {Channels::gray, Channels::rgb}) {
      const Picture picture = support::scene(150 + 7 * seed, 190, channels, seed);
      Picture negative = picture;
      for (std::uint8_t& value : negative.pixels) value = static_cast<std::uint8_t>(255 - value);
      const auto from = ectype::sign(picture.image(), algorithms);
      const auto to = ectype::sign(negative.image(), algorithms);
      for (std::size_t a = 0; a < 2; ++a) {
        ASSERT_EQ(from.hashes[a].variants.size(), ectype::kTransformCount);
        for (std::size_t t = 0; t < ectype::kTransformCount; ++t)
          EXPECT_EQ(inverted(from.hashes[a].recipe, from.hashes[a].variants[t]),
                    to.hashes[a].variants[t])
              << algorithms[a] << ' ' << seed << ' ' << t;
      }
    }
  }
}

TEST(QueryVariants, TwiceInvertedIsTheHash) {
  const std::vector<std::string> algorithms{"pdq", "gradient_grid"};
  for (const auto& hash :
       ectype::sign(support::scene(90, 80, Channels::rgb).image(), algorithms).hashes)
    EXPECT_EQ(inverted(hash.recipe, *inverted(hash.recipe, hash.hash())), hash.hash());
}

TEST(QueryVariants, OtherAlgorithmsHaveNone) {
  const std::vector<std::string> algorithms{"phash", "dhash_256", "iscc_image"};
  for (const auto& hash :
       ectype::sign(support::scene(90, 80, Channels::rgb).image(), algorithms).hashes)
    EXPECT_FALSE(inverted(hash.recipe, hash.hash()));
  EXPECT_FALSE(inverted(Recipe::external("photodna"), ectype::Hash64{}));
  EXPECT_TRUE(inverted(Recipe::external("pdq"), ectype::Hash256{}));
}

TEST(QueryVariants, RefusesHashesOfAnotherKind) {
  for (const char* algorithm : {"pdq", "gradient_grid"})
    EXPECT_EQ(support::code_of([&] {
                (void)inverted({algorithm, 1, "exact"}, ectype::Hash64{});
              }),
              ectype::ErrorCode::mismatch);
}

}  // namespace
