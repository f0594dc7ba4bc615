#include "ectype/recipe.hpp"

#include "ectype/error.hpp"

#include <gtest/gtest.h>

namespace {

using ectype::Recipe;

TEST(Recipe, TextFormsReadBack) {
  for (const char* text :
       {"pdq/1:exact", "pdq/1:fast", "pdq/external", "external:photodna/external"})
    EXPECT_EQ(Recipe::parse(text).to_string(), text);
  EXPECT_EQ(Recipe::parse("external:photodna/external").algorithm, "external:photodna");
}

TEST(Recipe, RefusesOtherText) {
  for (const char* text : {"", "pdq", "pdq/", "/1:exact", "pdq/0:exact", "pdq/-1:exact", "pdq/1",
                           "pdq/1:", "pdq/1x:exact", "pdq/:exact"})
    EXPECT_THROW(static_cast<void>(Recipe::parse(text)), ectype::Error) << text;
}

TEST(Recipe, ComparingAcrossAlgorithmsNamesBoth) {
  try {
    static_cast<void>(ectype::recipe_tolerance({"pdq", 1, "exact"}, {"phash", 1, "exact"}));
    FAIL() << "no error";
  } catch (const ectype::Error& error) {
    EXPECT_EQ(error.code(), ectype::ErrorCode::mismatch);
    EXPECT_NE(std::string(error.what()).find("pdq/1:exact"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("phash/1:exact"), std::string::npos);
  }
}

TEST(Recipe, ToleranceGrowsWithTheDifference) {
  const Recipe exact{"pdq", 1, "exact"};
  EXPECT_EQ(recipe_tolerance(exact, exact), 0);
  EXPECT_EQ(recipe_tolerance(exact, {"pdq", 1, "fast"}), 2);
  EXPECT_EQ(recipe_tolerance(exact, {"pdq", 1, "reduced"}), 10);
  const Recipe reduced{"pdq", 1, "reduced"};
  EXPECT_EQ(recipe_tolerance(reduced, reduced), 0);
  EXPECT_EQ(recipe_tolerance(exact, Recipe::external("pdq")), 10);
  EXPECT_EQ(recipe_tolerance(Recipe::external("pdq"), Recipe::external("pdq")), 10);
  EXPECT_EQ(recipe_tolerance(exact, {"pdq", 2, "exact"}), 10);
}

}  // namespace
