#include "ectype/hubs.hpp"

#include "support/errors.hpp"
#include "support/hashes.hpp"
#include "support/sets.hpp"
#include "support/temporary.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::code_of;
using support::item;
using support::TemporaryFolder;

using Ids = std::vector<std::int64_t>;

Hash256 with_bits(Hash256 hash, std::size_t first, std::size_t count) {
  for (std::size_t bit = first; bit < first + count; ++bit) hash.set(bit);
  return hash;
}

/// `count` hashes 20 bits from zero and 40 from each other.
std::vector<Hash256> around_zero(std::size_t count) {
  std::vector<Hash256> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(with_bits({}, 20 * i, 20));
  return all;
}

class Hubs : public testing::Test {
 protected:
  void add(const std::string& name, std::vector<Hash256> hashes) {
    set.add(std::vector{item(name, std::move(hashes))});
  }
  [[nodiscard]] HubReport find(std::uint64_t min_count) const {
    HubOptions options;
    options.min_count = min_count;
    return find_hubs(set, options);
  }

  TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
};

TEST_F(Hubs, ABridgeMatchesPicturesThatDoNotMatchEachOther) {
  for (const Hash256& hash : around_zero(12)) add("spoke", {hash});
  add("hub", {Hash256()});
  const HubReport report = find(12);
  EXPECT_EQ(report.hashes, 13u);
  ASSERT_EQ(report.hubs.size(), 1u);
  const Hub& hub = report.hubs[0];
  EXPECT_EQ(hub.hash_ids, Ids{13});
  EXPECT_EQ(hub.item.name, "hub");
  EXPECT_EQ(hub.count, 12u);
  EXPECT_EQ(hub.mutual_percent, 0);
  EXPECT_TRUE(hub.is_bridge());
  EXPECT_EQ(hub.quarantined, 0u);
  ASSERT_EQ(hub.matched.size(), 5u);
  EXPECT_EQ(hub.matched[0].id, 1);
  EXPECT_TRUE(find(13).hubs.empty()) << "the bound is inclusive, and its own item does not count";
}

TEST_F(Hubs, CopiesOfOnePictureMatchEachOther) {
  for (std::size_t i = 0; i < 12; ++i) add("copy", {with_bits({}, 5 * i, 5)});
  const HubReport report = find(11);
  ASSERT_EQ(report.hubs.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(report.hubs[i].hash_ids, Ids{static_cast<std::int64_t>(i) + 1});
    EXPECT_EQ(report.hubs[i].count, 11u);
    EXPECT_EQ(report.hubs[i].mutual_percent, 100);
    EXPECT_FALSE(report.hubs[i].is_bridge());
  }
}

TEST_F(Hubs, EqualHashesAreOneHub) {
  for (int i = 0; i < 30; ++i) add("same " + std::to_string(i), {Hash256()});
  set.quarantine(Ids{3, 4}, "x");
  const HubReport report = find(20);
  ASSERT_EQ(report.hubs.size(), 1u);
  EXPECT_EQ(report.hubs[0].hash_ids.size(), 30u);
  EXPECT_EQ(report.hubs[0].hash_ids[0], 1);
  EXPECT_EQ(report.hubs[0].count, 29u);
  EXPECT_EQ(report.hubs[0].mutual_percent, 100);
  EXPECT_EQ(report.hubs[0].quarantined, 2u);
  EXPECT_EQ(report.hubs[0].matched[0].name, "same 1");
}

TEST_F(Hubs, AnItemCountsOnceWhateverItsHashes) {
  add("one", {Hash256(), with_bits({}, 0, 1), with_bits({}, 0, 2)});
  EXPECT_TRUE(find(1).hubs.empty()) << "its own hashes do not count";
  add("two", {with_bits({}, 8, 9), with_bits({}, 8, 3), with_bits({}, 8, 3)});
  const HubReport report = find(1);
  EXPECT_EQ(report.hubs.size(), 5u);
  for (const Hub& hub : report.hubs) {
    EXPECT_EQ(hub.count, 1u);
    EXPECT_EQ(hub.matched.size(), 1u);
  }
}

TEST_F(Hubs, LooksAtWhatCanBeMatchedOnly) {
  for (const Hash256& hash : around_zero(10)) add("spoke", {hash});
  for (int kind = 0; kind < 4; ++kind) {
    ItemWithHashes entry = item("kind " + std::to_string(kind), {Hash256()});
    if (kind == 0) entry.hashes[0].quality = 49;
    if (kind == 1) entry.hashes[0].degenerate = true;
    if (kind == 2) entry.hashes[0].recipe = {"other", 1, "x"};
    if (kind == 3) entry.hashes[0].quality.reset();
    set.add(std::vector{entry});
  }
  const HubReport report = find(10);
  EXPECT_EQ(report.hashes, 11u);
  ASSERT_EQ(report.hubs.size(), 1u);
  EXPECT_EQ(report.hubs[0].item.name, "kind 3");
  HubOptions options;
  options.min_quality = 0;
  options.min_count = 11;
  EXPECT_EQ(find_hubs(set, options).hubs.at(0).hash_ids, (Ids{11, 14}));
}

TEST_F(Hubs, ManyMatchesAreComparedInPart) {
  std::vector<ItemWithHashes> items;
  for (int i = 0; i < 400; ++i) items.push_back(item(std::to_string(i), {with_bits({}, 0, 20)}));
  for (int i = 0; i < 400; ++i) items.push_back(item(std::to_string(i), {with_bits({}, 40, 20)}));
  items.push_back(item("between", {Hash256()}));
  set.add(items);
  const HubReport report = find(500);
  ASSERT_EQ(report.hubs.size(), 1u);
  EXPECT_EQ(report.hubs[0].count, 800u);
  EXPECT_FALSE(report.hubs[0].is_bridge()) << "two pictures are no crowd";
  EXPECT_EQ(report.hubs[0].mutual_percent, 49);  // 2 * (128 of 2) of (256 of 2): 49.8
}

TEST_F(Hubs, AreWhatLookingAtAllPairsFinds) {
  std::mt19937 random(7);
  for (const int radius : {0, 12, 31, 60}) {
    HashSet many = HashSet::create(folder / ("many" + std::to_string(radius)));
    const auto hashes = support::make_hashes<Hash256>(600, support::Data::near_copies, 5);
    std::vector<ItemWithHashes> items;
    for (std::size_t i = 0; i < hashes.size();) {
      std::vector<Hash256> of_item;
      for (std::size_t n = random() % 3 + 1; n > 0 && i < hashes.size(); --n)
        of_item.push_back(hashes[i++]);
      items.push_back(item(std::to_string(i), of_item));
    }
    many.add(items);
    std::vector<std::size_t> item_of;
    for (std::size_t i = 0; i < items.size(); ++i)
      item_of.insert(item_of.end(), items[i].hashes.size(), i);

    HubOptions options;
    options.radius = radius;
    options.min_count = 2;
    std::map<std::int64_t, std::uint64_t> expected;
    for (std::size_t a = 0; a < hashes.size(); ++a) {
      std::set<std::size_t> others;
      for (std::size_t b = 0; b < hashes.size(); ++b)
        if (item_of[a] != item_of[b] && hamming_distance(hashes[a], hashes[b]) <= radius)
          others.insert(item_of[b]);
      if (others.size() >= options.min_count)
        expected[static_cast<std::int64_t>(a) + 1] = others.size();
    }
    std::map<std::int64_t, std::uint64_t> found;
    const HubReport report = find_hubs(many, options);
    for (const Hub& hub : report.hubs)
      for (const std::int64_t id : hub.hash_ids) found[id] = hub.count;
    EXPECT_EQ(found, expected) << radius;
    EXPECT_TRUE(std::is_sorted(report.hubs.begin(), report.hubs.end(),
                               [](const Hub& a, const Hub& b) { return a.count > b.count; }));
  }
}

TEST_F(Hubs, EmptyAndImpossible) {
  EXPECT_EQ(find(1).hashes, 0u);
  EXPECT_TRUE(find(1).hubs.empty());
  for (const HubOptions& options : {HubOptions{-1}, HubOptions{257}, HubOptions{31, 0},
                                    HubOptions{31, 1, -1}, HubOptions{31, 1, 101}})
    EXPECT_EQ(code_of([&] { static_cast<void>(find_hubs(set, options)); }),
              ErrorCode::invalid_argument);
}

}  // namespace
