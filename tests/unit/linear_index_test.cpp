#include "ectype/linear_index.hpp"

#include "reference/naive_distance.hpp"

#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace {

using ectype::Hash256;
using ectype::Hit;
using ectype::LinearIndex;

template <typename Hash>
std::vector<Hash> random_hashes(std::size_t count, unsigned seed, int clusters = 10) {
  std::mt19937_64 random(seed);
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) {
    typename Hash::Words words;
    for (auto& word : words) word = random();
    // Near copies, so that small radii have hits, and equal ones, so that ties do.
    if (i >= static_cast<std::size_t>(clusters)) {
      words = hashes[i % static_cast<std::size_t>(clusters)].as_words();
      if (i % 3 != 0) words[i % words.size()] ^= random() & random() & random();
    }
    hashes.emplace_back(words);
  }
  return hashes;
}

template <typename Hash>
class LinearIndexTest : public testing::Test {};
using Lengths = testing::Types<ectype::Hash64, ectype::Hash128, Hash256>;
TYPED_TEST_SUITE(LinearIndexTest, Lengths);

TYPED_TEST(LinearIndexTest, WithinEqualsBruteForceAtEveryRadius) {
  const auto rows = random_hashes<TypeParam>(1237, 1);
  const auto queries = random_hashes<TypeParam>(7, 1);
  const LinearIndex<TypeParam> index(rows);
  for (const int radius : {0, 1, 8, 31, 40, static_cast<int>(TypeParam::bits) / 2,
                           static_cast<int>(TypeParam::bits)}) {
    if (radius > static_cast<int>(TypeParam::bits)) continue;
    const auto expected = reference::within<TypeParam>(queries, rows, radius);
    EXPECT_EQ(index.within(queries, radius), expected) << radius;
    EXPECT_EQ(index.within(queries[2], radius),
              reference::within<TypeParam>(std::span(&queries[2], 1), rows, radius));
  }
}

TYPED_TEST(LinearIndexTest, NearestIsAPrefixOfEverythingInOrder) {
  const auto rows = random_hashes<TypeParam>(3001, 2);
  const auto queries = random_hashes<TypeParam>(5, 2);
  const LinearIndex<TypeParam> index(rows);
  const auto all = reference::within<TypeParam>(queries, rows, TypeParam::bits);
  for (const std::size_t k : {0u, 1u, 2u, 50u, 3001u, 4000u}) {
    std::vector<Hit> expected;
    for (std::uint32_t q = 0; q < queries.size(); ++q) {
      std::size_t taken = 0;
      for (const Hit& hit : all)
        if (hit.query == q && taken < k) {
          expected.push_back(hit);
          ++taken;
        }
    }
    EXPECT_EQ(index.nearest(queries, k), expected) << k;
  }
}

TEST(LinearIndex, RadiusIsInclusive) {
  Hash256 row;
  for (std::size_t bit = 0; bit < 31; ++bit) row.set(bit * 8);
  const LinearIndex<Hash256> index(std::span<const Hash256>(&row, 1));
  EXPECT_EQ(index.within(Hash256{}, 31), (std::vector<Hit>{{0, 31, 0}}));
  EXPECT_TRUE(index.within(Hash256{}, 30).empty());
}

TEST(LinearIndex, PaddingIsNeverFound) {
  // Blocks are padded with zero hashes, which a zero query would match.
  for (std::size_t count = 0; count <= 17; ++count) {
    const std::vector<Hash256> rows(count);
    const LinearIndex<Hash256> index{std::span<const Hash256>(rows)};
    EXPECT_EQ(index.within(Hash256{}, 256).size(), count);
    EXPECT_EQ(index.nearest(Hash256{}, 100).size(), count);
  }
}

TEST(LinearIndex, AddedInPiecesEqualsAddedAtOnce) {
  const auto rows = random_hashes<Hash256>(1000, 3);
  LinearIndex<Hash256> pieces;
  for (std::size_t at = 0; at < rows.size(); at += 37) {
    const auto piece = std::span(rows).subspan(at, std::min<std::size_t>(37, rows.size() - at));
    EXPECT_EQ(pieces.add(piece), at);
  }
  EXPECT_EQ(pieces.size(), 1000u);
  EXPECT_EQ(pieces.within(rows, 31),
            LinearIndex<Hash256>(std::span<const Hash256>(rows)).within(rows, 31));
}

TEST(LinearIndex, RemovedRowsAreGoneAndNumbersStay) {
  const auto rows = random_hashes<Hash256>(300, 4);
  LinearIndex<Hash256> index{std::span<const Hash256>(rows)};
  const std::vector<std::uint64_t> removed{0, 17, 299};
  index.remove(removed);
  EXPECT_EQ(index.size(), 297u);
  EXPECT_EQ(index.row_count(), 300u);
  auto expected = reference::within<Hash256>(rows, rows, 40);
  std::erase_if(expected, [&](const Hit& hit) {
    return std::find(removed.begin(), removed.end(), hit.row) != removed.end();
  });
  EXPECT_EQ(index.within(rows, 40), expected);
  EXPECT_EQ(index.add(std::span(rows).first(1)), 300u);
  EXPECT_EQ(index.within(rows[0], 0).back().row, 300u);
}

TEST(LinearIndex, RemovingWhatIsNotThereRemovesNothing) {
  const auto rows = random_hashes<Hash256>(10, 5);
  LinearIndex<Hash256> index{std::span<const Hash256>(rows)};
  for (const std::vector<std::uint64_t>& bad : {std::vector<std::uint64_t>{1, 10}, {2, 2}}) {
    EXPECT_THROW(index.remove(bad), ectype::Error);
    EXPECT_EQ(index.size(), 10u);
  }
}

TEST(LinearIndex, RefusesImpossibleRadii) {
  const LinearIndex<Hash256> index;
  EXPECT_THROW(static_cast<void>(index.within(Hash256{}, -1)), ectype::Error);
  EXPECT_THROW(static_cast<void>(index.within(Hash256{}, 257)), ectype::Error);
  EXPECT_TRUE(index.within(Hash256{}, 256).empty());
  EXPECT_TRUE(index.within(std::span<const Hash256>{}, 3).empty());
}

TEST(LinearIndex, CopiesAreIndependent) {
  const auto rows = random_hashes<Hash256>(20, 6);
  LinearIndex<Hash256> index{std::span<const Hash256>(rows)};
  const LinearIndex<Hash256> copy = index;
  index.remove(std::vector<std::uint64_t>{3});
  EXPECT_EQ(copy.size(), 20u);
  index = copy;
  EXPECT_EQ(index.size(), 20u);
}

TEST(LinearIndex, IsSearchedByManyThreads) {
  const auto rows = random_hashes<Hash256>(2000, 7);
  const LinearIndex<Hash256> index{std::span<const Hash256>(rows)};
  const auto expected = index.within(std::span(rows).first(20), 31);
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      equal[static_cast<std::size_t>(t)] = index.within(std::span(rows).first(20), 31) == expected;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, 1));
}

}  // namespace
