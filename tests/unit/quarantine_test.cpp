#include "support/errors.hpp"
#include "support/sets.hpp"
#include "support/temporary.hpp"

#include "ectype/hash_set.hpp"

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::code_of;
using support::execute;
using support::TemporaryFolder;

using Ids = std::vector<std::int64_t>;

ItemWithHashes item(const std::string& name, const std::vector<std::uint64_t>& words) {
  std::vector<Hash256> hashes;
  for (const std::uint64_t word : words) hashes.push_back(Hash256({word, 2, 3, 4}));
  return support::item(name, hashes);
}

Signature query(std::uint64_t word) { return support::query(Hash256({word, 2, 3, 4})); }

std::vector<std::string> names(const std::vector<Match>& matches) {
  std::vector<std::string> all;
  for (const Match& match : matches) all.push_back(match.item.name);
  return all;
}

Ids ids(const HashSet& set) {
  Ids all;
  for (const QuarantinedHash& hash : set.quarantined()) all.push_back(hash.hash_id);
  return all;
}

/// Hashes 1 and 2 belong to "a" and lie 1 bit apart, 3 to "b" beside them, 4 to "far".
class Quarantine : public testing::Test {
 protected:
  Quarantine() {
    set.add(std::vector{item("a", {0, 1}), item("b", {3}), item("far", {~std::uint64_t{0}})});
  }

  TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  const MatchOptions all{31, true, 50, true};
};

TEST_F(Quarantine, KeepsAHashAndMatchesItOnRequestOnly) {
  const auto before = set.info();
  EXPECT_EQ(names(set.match(query(3))), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(set.quarantine(Ids{3}, "benign"), 1u);
  EXPECT_EQ(set.info().generation, before.generation + 1);
  EXPECT_EQ(set.info().quarantined, 1u);
  EXPECT_EQ(set.info().hashes, before.hashes);
  EXPECT_EQ(names(set.match(query(3))), (std::vector<std::string>{"a"}));
  const auto matches = set.match(query(3), all);
  ASSERT_EQ(names(matches), (std::vector<std::string>{"b", "a"}));
  EXPECT_TRUE(matches[0].quarantined);
  EXPECT_EQ(matches[0].hash_id, 3);
  EXPECT_FALSE(matches[1].quarantined);
  EXPECT_EQ(matches[1].hash_id, 2);
  EXPECT_TRUE(set.verify().empty());
  EXPECT_EQ(set.release(Ids{3}), 1u);
  EXPECT_EQ(names(set.match(query(3))), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(set.info().generation, before.generation + 2);
}

TEST_F(Quarantine, AnotherHashOfTheItemStillMatches) {
  set.quarantine(Ids{1}, "benign");
  for (const MatchOptions& options : {MatchOptions{}, all}) {
    const auto matches = set.match(query(0), options);
    ASSERT_EQ(names(matches), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(matches[0].hash_id, 2) << "including what is in quarantine alters no other match";
    EXPECT_EQ(matches[0].distance, 1);
    EXPECT_FALSE(matches[0].quarantined);
  }
}

TEST_F(Quarantine, ListsWithReasonDateAndItem) {
  set.quarantine(Ids{4, 2}, "why \xFF");
  const auto listed = set.quarantined();
  ASSERT_EQ(ids(set), (Ids{2, 4}));
  EXPECT_EQ(listed[0].item.name, "a");
  EXPECT_EQ(listed[1].item.name, "far");
  EXPECT_EQ(listed[1].reason, "why \xFF");
  EXPECT_EQ(listed[1].since.size(), std::string("2026-01-01T00:00:00Z").size());
  EXPECT_EQ(HashSet::open(folder / "a.ectype", true).quarantined().size(), 2u);
}

TEST_F(Quarantine, TwiceChangesNothing) {
  EXPECT_EQ(set.quarantine(Ids{1, 1, 2}, "first"), 2u);
  const auto generation = set.info().generation;
  EXPECT_EQ(set.quarantine(Ids{1}, "second"), 0u);
  EXPECT_EQ(set.quarantined()[0].reason, "first");
  EXPECT_EQ(set.release(Ids{3}), 0u);
  EXPECT_EQ(set.release({}), 0u);
  EXPECT_EQ(set.info().generation, generation);
  EXPECT_EQ(set.release(Ids{1, 2, 3, 1}), 2u);
}

TEST_F(Quarantine, RefusesWhatItDoesNotKnowAndChangesNothing) {
  EXPECT_EQ(code_of([&] { set.quarantine(Ids{1, 5}, "x"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { set.quarantine(Ids{1}, ""); }), ErrorCode::invalid_argument);
  EXPECT_TRUE(set.quarantined().empty());
  set.quarantine(Ids{1}, "x");
  EXPECT_EQ(code_of([&] { set.release(Ids{1, 0}); }), ErrorCode::not_found);
  EXPECT_EQ(ids(set), Ids{1});
  HashSet reader = HashSet::open(folder / "a.ectype", true);
  EXPECT_EQ(code_of([&] { reader.quarantine(Ids{2}, "x"); }), ErrorCode::storage);
  EXPECT_EQ(code_of([&] { reader.release(Ids{1}); }), ErrorCode::storage);
}

TEST_F(Quarantine, GoesWithItsItem) {
  set.quarantine(Ids{1, 2, 3}, "x");
  EXPECT_EQ(set.remove({"a", {}, {}}), 1u);
  EXPECT_EQ(ids(set), Ids{3});
  EXPECT_TRUE(set.verify().empty());
  EXPECT_EQ(set.add(std::vector{item("a", {0, 1})}).added, 1u);
  EXPECT_EQ(ids(set), Ids{3}) << "an item that comes again is a new one";
}

TEST_F(Quarantine, IsNoPartOfWhatMakesItemsEqual) {
  set.quarantine(Ids{1}, "x");
  EXPECT_EQ(set.add(std::vector{item("a", {0, 1})}).already_present, 1u);
}

TEST_F(Quarantine, IsSeenByOthersThatHaveTheSetOpen) {
  const HashSet other = HashSet::open(folder / "a.ectype", true);
  EXPECT_EQ(other.match(query(3)).size(), 2u);
  set.quarantine(Ids{3}, "x");
  EXPECT_EQ(other.match(query(3)).size(), 1u);
}

TEST_F(Quarantine, IsMergedAndCounted) {
  HashSet target = HashSet::create(folder / "b.ectype");
  target.add(std::vector{item("other", {9}), item("b", {3}), item("c", {0, 1})});
  target.quarantine(Ids{2}, "known here");
  set.quarantine(Ids{2, 3}, "theirs");
  const AddCounts counts = target.merge(set);
  EXPECT_EQ(counts.added, 2u);
  EXPECT_EQ(counts.already_present, 1u);
  EXPECT_EQ(counts.quarantined, 1u);
  const auto listed = target.quarantined();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].reason, "known here");
  EXPECT_EQ(listed[1].reason, "theirs");
  EXPECT_EQ(listed[1].item.name, "a");
  EXPECT_EQ(listed[1].since, set.quarantined()[0].since);
  const auto generation = target.info().generation;
  EXPECT_EQ(target.merge(set).quarantined, 0u);
  EXPECT_EQ(target.info().generation, generation);
  target.release(Ids{2});
  EXPECT_EQ(target.merge(set).quarantined, 1u) << "of an item that is present, too";
  EXPECT_TRUE(target.verify().empty());
  EXPECT_EQ(set.merge(set).quarantined, 0u);
}

TEST_F(Quarantine, ChangedRowsAreNoticed) {
  set.quarantine(Ids{1, 3}, "x");
  const std::string whole = support::read_file(folder / "a.ectype");
  for (const std::string change : {"UPDATE quarantine SET reason = 'other' WHERE hash_id = 3",
                                   "UPDATE quarantine SET since = '1970' WHERE hash_id = 3",
                                   "UPDATE quarantine SET hash_id = 4 WHERE hash_id = 3"}) {
    const auto path = folder / "changed.ectype";
    support::write_file(path, whole);
    execute(path, change);
    const HashSet changed = HashSet::open(path);
    EXPECT_EQ(changed.verify().size(), 1u) << change;
    // Of the row that was moved, the hash that it came to.
    EXPECT_EQ(code_of([&] { static_cast<void>(changed.match(query(3), {256})); }),
              ErrorCode::damaged)
        << change;
    EXPECT_EQ(code_of([&] { static_cast<void>(changed.quarantined()); }), ErrorCode::damaged);
    EXPECT_EQ(code_of([&] { set.merge(changed); }), ErrorCode::damaged);
  }
}

TEST_F(Quarantine, ARowOfNoHashIsReported) {
  set.quarantine(Ids{3}, "x");
  execute(folder / "a.ectype", "DELETE FROM hashes WHERE id = 3; DELETE FROM items WHERE id = 2");
  const auto problems = set.verify();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0], "row 3 of quarantine refers to nothing");
  EXPECT_EQ(code_of([&] { static_cast<void>(set.quarantined()); }), ErrorCode::damaged);
}

}  // namespace
