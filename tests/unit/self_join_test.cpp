#include "ectype/self_join.hpp"

#include "support/errors.hpp"
#include "support/hashes.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace {

using namespace ectype;

using support::Data;
using support::make_hashes;

template <typename Hash>
std::set<Pair> brute_force(const std::vector<Hash>& hashes, int radius) {
  std::map<Hash, std::uint64_t> first;
  std::set<Pair> pairs;
  for (std::uint64_t b = 0; b < hashes.size(); ++b) {
    if (const auto [same, added] = first.emplace(hashes[b], b); !added) {
      pairs.insert({same->second, b, 0});
      continue;
    }
    for (const auto& [hash, a] : first)
      if (const int distance = hamming_distance(hash, hashes[b]); a != b && distance <= radius)
        pairs.insert({a, b, static_cast<std::uint32_t>(distance)});
  }
  return pairs;
}

template <typename Hash>
class SelfJoinTest : public testing::Test {};
using Lengths = testing::Types<Hash64, Hash128, Hash256>;
TYPED_TEST_SUITE(SelfJoinTest, Lengths);

TYPED_TEST(SelfJoinTest, FindsEachPairOnce) {
  for (const Data data : {Data::uniform, Data::near_copies, Data::few_bits})
    for (const std::size_t count : {1u, 2u, 65u, 700u}) {
      const auto hashes = make_hashes<TypeParam>(count, data, 1);
      for (const int radius : {0, 1, 3, 12, 31, 60}) {
        std::vector<Pair> pairs;
        self_join<TypeParam>(hashes, radius, [&](const Pair& pair) { pairs.push_back(pair); });
        const std::set<Pair> distinct(pairs.begin(), pairs.end());
        ASSERT_EQ(distinct.size(), pairs.size()) << count << " " << radius;
        ASSERT_EQ(distinct, brute_force(hashes, radius)) << count << " " << radius;
      }
    }
}

// Buckets of more rows than one tile has.
TEST(SelfJoin, CrowdedBucketsAreJoinedWhole) {
  std::mt19937_64 random(2);
  std::vector<Hash256> hashes;
  for (int i = 0; i < 3000; ++i) hashes.emplace_back(Hash256::Words{random() & 0xFFF, 0, 0, 0});
  std::set<Pair> pairs;
  self_join<Hash256>(hashes, 2, [&](const Pair& pair) { EXPECT_TRUE(pairs.insert(pair).second); });
  EXPECT_EQ(pairs, brute_force(hashes, 2));
}

TEST(SelfJoin, EmptyAndImpossible) {
  self_join<Hash256>({}, 31, [](const Pair&) { FAIL(); });
  EXPECT_EQ(support::code_of([] { self_join<Hash256>({}, 257, [](const Pair&) {}); }),
            ErrorCode::invalid_argument);
  EXPECT_TRUE(cluster<Hash256>({}, 31, ClusterRule::linked).cluster.empty());
}

/// A chain: each is 10 bits from the one before.
std::vector<Hash256> chain(std::size_t count) {
  std::vector<Hash256> hashes(1);
  while (hashes.size() < count) {
    Hash256 next = hashes.back();
    for (std::size_t bit = 0; bit < 10; ++bit) next.set(10 * (hashes.size() - 1) + bit);
    hashes.push_back(next);
  }
  return hashes;
}

TEST(Cluster, LinkedFollowsChainsAndMedoidDoesNot) {
  const auto hashes = chain(9);
  const Clusters linked = cluster<Hash256>(hashes, 10, ClusterRule::linked);
  EXPECT_EQ(linked.cluster, std::vector<std::uint32_t>(9, 0));
  EXPECT_EQ(linked.medoid, std::vector<std::uint64_t>{1});
  const Clusters medoid = cluster<Hash256>(hashes, 10, ClusterRule::medoid);
  EXPECT_EQ(medoid.cluster, (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(medoid.medoid, (std::vector<std::uint64_t>{1, 4, 7}));
}

TEST(Cluster, EveryMemberIsNearItsMedoidAndNoneIsLeftOut) {
  auto hashes = make_hashes<Hash256>(2000, Data::near_copies, 3);
  for (const int radius : {0, 20, 40, 60}) {
    const Clusters medoid = cluster<Hash256>(hashes, radius, ClusterRule::medoid);
    ASSERT_EQ(medoid.cluster.size(), hashes.size());
    std::uint32_t seen = 0;
    for (std::size_t row = 0; row < hashes.size(); ++row) {
      const std::uint32_t mine = medoid.cluster[row];
      ASSERT_LE(mine, seen);
      seen = std::max(seen, mine + 1);
      ASSERT_LE(hamming_distance(hashes[row], hashes[medoid.medoid[mine]]), radius);
    }
    EXPECT_EQ(medoid.medoid.size(), seen);
    const Clusters linked = cluster<Hash256>(hashes, radius, ClusterRule::linked);
    for (const Pair& pair : brute_force(hashes, radius))
      ASSERT_EQ(linked.cluster[pair.a], linked.cluster[pair.b]);
  }
}

TEST(Cluster, EqualHashesCountByTheirNumber) {
  // Three equal ones between two others that are 10 away from them, and 20 from each other.
  const auto three = chain(3);
  const std::vector<Hash256> hashes{three[0], three[1], three[1], three[2], three[1]};
  const Clusters clusters = cluster<Hash256>(hashes, 10, ClusterRule::medoid);
  EXPECT_EQ(clusters.cluster, std::vector<std::uint32_t>(5, 0));
  EXPECT_EQ(clusters.medoid, std::vector<std::uint64_t>{1});
}

}  // namespace
