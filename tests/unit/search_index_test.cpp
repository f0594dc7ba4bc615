#include "ectype/search_index.hpp"

#include "index/delta_rows.hpp"
#include "support/errors.hpp"
#include "support/temporary.hpp"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::code_of;

template <typename Hash>
std::vector<Hash> random_hashes(std::size_t count, std::mt19937_64& random) {
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) {
    typename Hash::Words words;
    // Few bits, so that near rows and equal ones are many.
    for (auto& word : words) word = random() & random() & random() & random();
    hashes.emplace_back(words);
  }
  return hashes;
}

template <typename Hash>
class SearchIndexTest : public testing::Test {};
using Lengths = testing::Types<Hash64, Hash128, Hash256>;
TYPED_TEST_SUITE(SearchIndexTest, Lengths);

TYPED_TEST(SearchIndexTest, EqualsOneLinearIndexAfterAnySequenceOfChanges) {
  const support::TemporaryFolder folder;
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937_64 random(seed);
    const auto start = random_hashes<TypeParam>(seed * 300, random);
    LinearIndex<TypeParam> expected(start);
    SearchIndex<TypeParam> index{MultiIndex<TypeParam>(start, {9, 1})};
    if (seed % 2 == 1) {
      MultiIndex<TypeParam>(start).save(folder / "index");
      index = SearchIndex<TypeParam>(MultiIndex<TypeParam>::open(folder / "index"));
    }
    for (int step = 0; step < 25; ++step) {
      switch (random() % 4) {
        case 0: {
          const auto more = random_hashes<TypeParam>(random() % 200, random);
          ASSERT_EQ(index.add(more), expected.add(more));
          break;
        }
        case 1: {
          std::vector<std::uint64_t> rows;
          for (std::uint64_t row = random() % 7; row < expected.row_count();
               row += 1 + random() % 50)
            rows.push_back(row);
          const auto result = [&](auto& target) {
            try {
              target.remove(rows);
            } catch (const Error& error) {
              return error.code();
            }
            return ErrorCode::internal;
          };
          ASSERT_EQ(result(index), result(expected));
          break;
        }
        case 2:
          if (random() % 2 == 0) index.compact({7, 1});
          break;
        default:
          break;
      }
      ASSERT_EQ(index.size(), expected.size());
      ASSERT_EQ(index.row_count(), expected.row_count());
      const auto queries = random_hashes<TypeParam>(3, random);
      for (const int radius : {0, 8, 20})
        ASSERT_EQ(index.within(queries, radius), expected.within(queries, radius)) << step;
      for (const std::size_t k : {0u, 1u, 5u, 10'000u})
        ASSERT_EQ(index.nearest(queries, k), expected.nearest(queries, k)) << step << " " << k;
    }
  }
}

TEST(SearchIndex, RemovingWhatIsNotThereRemovesNothing) {
  std::mt19937_64 random(1);
  SearchIndex<Hash256> index;
  index.add(random_hashes<Hash256>(5, random));
  EXPECT_EQ(code_of([&] { index.remove(std::vector<std::uint64_t>{1, 5}); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { index.remove(std::vector<std::uint64_t>{1, 1}); }), ErrorCode::not_found);
  EXPECT_EQ(index.size(), 5u);
  EXPECT_EQ(index.delta_size(), 5u);
  index.compact();
  EXPECT_EQ(index.delta_size(), 0u);
  index.remove(std::vector<std::uint64_t>{1});
  EXPECT_EQ(index.delta_size(), 1u);
  EXPECT_NE(index.explain(1, 31).find("0 rows added"), std::string::npos) << index.explain(1, 31);
}

TEST(DeltaRows, CopiesShareWhatStaysAndSeeNothingOfWhatComes) {
  std::mt19937_64 random(4);
  const auto all = random_hashes<Hash128>(150'000, random);
  index::DeltaRows<Hash128> delta;
  std::vector<index::DeltaRows<Hash128>> copies;
  std::vector<std::size_t> sizes;
  for (std::size_t at = 0; at < all.size();) {
    // Single rows at first, then more at a time.
    const std::size_t count =
        std::min(at < 3000 ? std::size_t{1} : 1 + random() % 9000, all.size() - at);
    delta.append(std::span(all).subspan(at, count));
    at += count;
    ASSERT_LT(delta.part_count(), 24u);
    copies.push_back(delta);
    sizes.push_back(at);
  }
  for (std::size_t i = 0; i < copies.size(); i += i < 2990 ? 97 : 1) {
    const std::size_t first = sizes[i] - std::min<std::size_t>(sizes[i], 40);
    ASSERT_EQ(copies[i].size(), sizes[i]);
    ASSERT_EQ(copies[i].from(first),
              std::vector<Hash128>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                   all.begin() + static_cast<std::ptrdiff_t>(sizes[i])));
  }
}

// Each addition copied all that were before, and a mark for every row of the base.
TEST(SearchIndex, ManySmallChangesTakeLittleEach) {
  std::mt19937_64 random(5);
  const auto rows = random_hashes<Hash256>(30'000, random);
  SearchIndex<Hash256> index;
  const std::clock_t start = std::clock();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    index.add(std::span(rows).subspan(i, 1));
    if (i % 3 == 0) index.remove(std::vector<std::uint64_t>{i});
  }
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 1);
  EXPECT_EQ(index.size(), 20'000u);
}

// Each added row is found by its hash from the moment `add` returns, compacting or not.
TEST(SearchIndex, SearchesGoOnWhileItChangesAndIsCompacted) {
  std::mt19937_64 random(2);
  SearchIndex<Hash256> index(MultiIndex<Hash256>(random_hashes<Hash256>(1000, random)));
  std::atomic<bool> done{false};
  std::thread compacting([&] {
    while (!done) index.compact({31, 1});
  });
  std::thread searching([&] {
    std::mt19937_64 own(3);
    while (!done) {
      const auto queries = random_hashes<Hash256>(2, own);
      const auto hits = index.within(queries, 40);
      EXPECT_TRUE(std::is_sorted(hits.begin(), hits.end()));
    }
  });
  for (int i = 0; i < 12; ++i) {
    std::vector<Hash256> more = random_hashes<Hash256>(20, random);
    const std::uint64_t first = index.add(more);
    for (std::uint64_t j = 0; j < more.size(); ++j) {
      const auto hits = index.within(more[j], 0);
      EXPECT_TRUE(std::any_of(hits.begin(), hits.end(),
                              [&](const Hit& hit) { return hit.row == first + j; }));
    }
    index.remove(std::vector<std::uint64_t>{first});
    for (const Hit& hit : index.within(more[0], 0)) EXPECT_NE(hit.row, first);
  }
  done = true;
  compacting.join();
  searching.join();
}

}  // namespace
