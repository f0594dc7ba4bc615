#include "support/pictures.hpp"
#include "support/temporary.hpp"

#include "ectype/error.hpp"
#include "ectype/hash_set.hpp"
#include "ectype/sign.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::TemporaryFolder;

Signature sign_scene(unsigned seed, int orientation = 1) {
  return sign(
      support::stored_for_orientation(support::scene(320, 300, Channels::gray, seed), orientation)
          .image());
}

Item named(const std::string& name) { return {0, name, "label of " + name, "", "", "", ""}; }

class HashSetMatch : public testing::Test {
 protected:
  HashSetMatch() {
    std::vector<ItemWithHashes> items;
    for (unsigned seed = 0; seed < 5; ++seed)
      items.push_back(make_item(named("scene" + std::to_string(seed)), sign_scene(seed)));
    set.add(items);
  }

  TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
};

TEST_F(HashSetMatch, FindsTheOriginalOfACopy) {
  const auto matches = set.match(sign_scene(3));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].item.name, "scene3");
  EXPECT_EQ(matches[0].item.label, "label of scene3");
  EXPECT_EQ(matches[0].distance, 0);
  EXPECT_EQ(matches[0].transform, Transform::original);
  EXPECT_EQ(matches[0].recipe.to_string(), "pdq/1:exact");
  EXPECT_EQ(matches[0].tolerance, 0);
  EXPECT_FALSE(matches[0].damaged);
  EXPECT_TRUE(set.match(sign_scene(77)).empty());
}

TEST_F(HashSetMatch, NamesTheTransformOfTheQuery) {
  const std::pair<int, Transform> pairs[] = {{2, Transform::flip_y},    {3, Transform::rotate180},
                                             {4, Transform::flip_x},    {5, Transform::flip_plus1},
                                             {6, Transform::rotate270}, {7, Transform::flip_minus1},
                                             {8, Transform::rotate90}};
  for (const auto& [orientation, transform] : pairs) {
    const auto matches = set.match(sign_scene(1, orientation));
    ASSERT_EQ(matches.size(), 1u) << orientation;
    EXPECT_EQ(matches[0].transform, transform) << orientation;
    EXPECT_TRUE(set.match(sign_scene(1, orientation), {31, false, 50}).empty());
  }
}

TEST_F(HashSetMatch, EachItemOnceWithItsBestEvidence) {
  ItemWithHashes many = make_item(named("many"), sign_scene(9));
  StoredHash worse = many.hashes[0];
  auto words = worse.hash.as<Hash256>().as_words();
  words[0] ^= 0xFF;
  worse.hash = Hash256(words);
  many.hashes.insert(many.hashes.begin(), worse);
  set.add(std::vector{many});
  const auto matches = set.match(sign_scene(9));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].distance, 0);
}

TEST_F(HashSetMatch, OrderedByDistanceThenItem) {
  ItemWithHashes near = make_item(named("near"), sign_scene(2));
  auto words = near.hashes[0].hash.as<Hash256>().as_words();
  words[1] ^= 0b11;
  near.hashes[0].hash = Hash256(words);
  ItemWithHashes same = make_item(named("same"), sign_scene(2));
  set.add(std::vector{near, same});
  const auto matches = set.match(sign_scene(2));
  ASSERT_EQ(matches.size(), 3u);
  EXPECT_EQ(matches[0].item.name, "scene2");
  EXPECT_EQ(matches[1].item.name, "same");
  EXPECT_EQ(matches[2].item.name, "near");
  EXPECT_EQ(matches[2].distance, 2);
  EXPECT_EQ(set.match(sign_scene(2), {1, true, 50}).size(), 2u);
  EXPECT_EQ(set.match(sign_scene(2), {2, true, 50}).size(), 3u);
}

TEST_F(HashSetMatch, BatchEqualsOneByOne) {
  std::vector<Signature> queries;
  for (unsigned seed = 0; seed < 8; ++seed) queries.push_back(sign_scene(seed, 1 + seed % 8));
  const auto batch = set.match(queries);
  ASSERT_EQ(batch.size(), queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto one = set.match(queries[q]);
    ASSERT_EQ(one.size(), batch[q].size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].item, batch[q][i].item);
      EXPECT_EQ(one[i].distance, batch[q][i].distance);
    }
  }
}

TEST_F(HashSetMatch, LowQualityIsStoredAndNeverMatchesByDefault) {
  const Signature flat = sign(support::flat(64, 64, 200).image());
  set.add(std::vector{make_item(named("flat"), flat)});
  EXPECT_TRUE(set.match(flat).empty());
  EXPECT_EQ(set.info().recipes[0].low_quality, 1u);
  Signature trusted = flat;
  trusted.hashes[0].quality = {100, false};
  EXPECT_TRUE(set.match(trusted).empty()) << "the stored hash is of low quality";
}

TEST_F(HashSetMatch, UnknownQualityIsMatchable) {
  ItemWithHashes imported = make_item(named("imported"), sign_scene(20));
  imported.hashes[0].recipe = Recipe::external("pdq");
  imported.hashes[0].quality.reset();
  set.add(std::vector{imported});
  const auto matches = set.match(sign_scene(20));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].recipe.to_string(), "pdq/external");
  EXPECT_EQ(matches[0].query_recipe.to_string(), "pdq/1:exact");
  EXPECT_EQ(matches[0].tolerance, 10);
  EXPECT_FALSE(matches[0].quality.has_value());
}

TEST_F(HashSetMatch, OtherAlgorithmsAreNotMatched) {
  ItemWithHashes other = make_item(named("other"), sign_scene(21));
  other.hashes[0].recipe = {"other", 1, "x"};
  set.add(std::vector{other});
  EXPECT_TRUE(set.match(sign_scene(21)).empty());
}

TEST_F(HashSetMatch, ChangesAreSeenByTheNextQuery) {
  EXPECT_TRUE(set.match(sign_scene(30)).empty());
  set.add(std::vector{make_item(named("late"), sign_scene(30))});
  EXPECT_EQ(set.match(sign_scene(30)).size(), 1u);
  HashSet elsewhere = HashSet::open(folder / "a.ectype");
  elsewhere.remove({"late", {}, {}});
  EXPECT_TRUE(set.match(sign_scene(30)).empty());
}

TEST_F(HashSetMatch, DamageIsPassedOn) {
  Signature damaged = sign_scene(4);
  damaged.damage = "cut";
  const auto matches = set.match(damaged);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_TRUE(matches[0].damaged);
}

TEST_F(HashSetMatch, ManyThreadsMatchWhileOneAdds) {
  std::vector<std::thread> threads;
  std::vector<int> found(3);
  for (std::size_t t = 0; t < found.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) found[t] += static_cast<int>(set.match(sign_scene(1)).size());
    });
  for (unsigned i = 0; i < 10; ++i)
    set.add(std::vector{make_item(named("more" + std::to_string(i)), sign_scene(100 + i))});
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(found, std::vector<int>(3, 20));
}

}  // namespace
