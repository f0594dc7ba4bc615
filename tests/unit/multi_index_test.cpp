#include "ectype/multi_index.hpp"

#include "index/bucket_search.hpp"
#include "index/bucket_table.hpp"
#include "index/chunk_plan.hpp"
#include "support/errors.hpp"
#include "support/hashes.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace ectype;

using support::Data;
using support::make_hashes;

std::vector<Hit> first_of_each(const std::vector<Hit>& hits, std::size_t count) {
  std::vector<Hit> first;
  for (const Hit& hit : hits)
    if (first.size() < count || first[first.size() - count].query != hit.query)
      first.push_back(hit);
  return first;
}

/// Megabytes by which `step` raises the memory of a process of its own.
template <typename Step>
long memory_of(Step step) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto most = [] {
      struct rusage usage {};
      ::getrusage(RUSAGE_SELF, &usage);
      return usage.ru_maxrss / 1024;
    };
    const long before = most();
    step();
    ::_exit(static_cast<int>(std::min(most() - before, 255L)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

template <typename Hash>
class MultiIndexTest : public testing::Test {};
using Lengths = testing::Types<Hash64, Hash128, Hash256>;
TYPED_TEST_SUITE(MultiIndexTest, Lengths);

TYPED_TEST(MultiIndexTest, EqualsTheScanOnAllKindsOfData) {
  for (const Data data : {Data::uniform, Data::near_copies, Data::few_bits, Data::equal}) {
    for (const std::size_t count : {1u, 2u, 100u, 5000u, 40000u}) {
      const auto rows = make_hashes<TypeParam>(count, data, 1);
      auto queries = make_hashes<TypeParam>(5, data, 2);
      queries.push_back(rows[count / 2]);
      queries.emplace_back();
      const LinearIndex<TypeParam> linear(rows);
      const MultiIndex<TypeParam> multi(rows, {TypeParam::bits / 8 - 1, 2});
      EXPECT_EQ(multi.size(), count);
      for (const int radius : {0, 1, 7, 15, 31, 40, 64}) {
        if (data == Data::equal && count > 5000) continue;
        ASSERT_EQ(multi.within(queries, radius), linear.within(queries, radius))
            << static_cast<int>(data) << " " << count << " " << radius << " "
            << multi.explain(queries.size(), radius);
      }
      for (const std::size_t k : {0u, 1u, 10u, 50'000u}) {
        if (k > 10 && count > 5000) continue;
        ASSERT_EQ(multi.nearest(queries, k), linear.nearest(queries, k)) << k;
      }
    }
  }
}

// The planner would rather look at every row of so small sets: this asks the buckets themselves.
TYPED_TEST(MultiIndexTest, TheBucketsAloneMissNothing) {
  for (const Data data : {Data::uniform, Data::near_copies, Data::few_bits}) {
    const auto rows = make_hashes<TypeParam>(3000, data, 3);
    auto queries = make_hashes<TypeParam>(9, data, 4);
    queries.insert(queries.end(), rows.begin(), rows.begin() + 9);
    const LinearIndex<TypeParam> linear(rows);
    for (const int built : {0, 3, 15}) {
      const auto chunks = index::plan_chunks(TypeParam::bits, rows.size(), built);
      std::vector<index::BucketTable> tables;
      for (const index::Chunk& chunk : chunks) {
        std::vector<std::uint32_t> keys;
        for (const TypeParam& row : rows) keys.push_back(chunk.key(row.as_words().data()));
        tables.emplace_back(keys, chunk.bits);
      }
      const auto* words = reinterpret_cast<const std::uint64_t*>(rows.data());
      const index::Buckets buckets{words, TypeParam::words, chunks, tables};
      for (const int radius : {0, 1, 5, 15, 20}) {
        index::BucketSearch search(buckets, radius, std::numeric_limits<double>::infinity());
        search.run(reinterpret_cast<const std::uint64_t*>(queries.data()), queries.size());
        const auto hits = linear.within(queries, radius);
        ASSERT_EQ(search.take_hits(), hits) << built << " " << radius;
        for (const std::size_t most : {1u, 7u}) {
          index::BucketSearch bounded(buckets, radius, std::numeric_limits<double>::infinity(),
                                      most);
          bounded.run(reinterpret_cast<const std::uint64_t*>(queries.data()), queries.size());
          ASSERT_EQ(bounded.take_hits(), first_of_each(hits, most)) << built << " " << radius;
        }
      }
    }
  }
}

TEST(ChunkPlan, CutsEveryBitAtMostOnceAndAllotsTheWholeRadius) {
  for (const unsigned bits : {64u, 128u, 256u})
    for (const std::uint64_t rows : {1ull, 1000ull, 1'000'000ull, 100'000'000ull})
      for (const int radius : {0, 5, 31, 90}) {
        const auto chunks = index::plan_chunks(bits, rows, radius);
        unsigned end = 0;
        for (const index::Chunk& chunk : chunks) {
          EXPECT_GE(chunk.first, end);
          end = chunk.first + chunk.bits;
          EXPECT_LE(chunk.bits, index::kMaxChunkBits);
        }
        EXPECT_LE(end, bits);
        std::vector<int> thresholds(chunks.size());
        index::allot_thresholds(radius, thresholds,
                                [](std::size_t i, int t) { return (i % 3 + 1.0) * t; });
        EXPECT_EQ(std::accumulate(thresholds.begin(), thresholds.end(), 0) +
                      static_cast<int>(thresholds.size()),
                  radius + 1);
      }
}

TEST(ChunkPlan, KeysAreTheBitsOfTheChunk) {
  const auto hashes = make_hashes<Hash256>(1, Data::uniform, 5);
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned bits = 1; bits <= index::kMaxChunkBits && first + bits <= 256; ++bits) {
      std::uint32_t expected = 0;
      for (unsigned i = 0; i < bits; ++i)
        expected |= static_cast<std::uint32_t>(hashes[0].test(first + i)) << i;
      ASSERT_EQ((index::Chunk{first, bits}.key(hashes[0].as_words().data())), expected);
    }
}

TEST(BucketTable, HoldsEveryRowInItsBucketInOrder) {
  std::mt19937_64 random(6);
  for (const unsigned bits : {1u, 4u, 10u, 17u}) {
    for (const bool crowded : {false, true}) {  // over 65535 rows in one bucket
      std::vector<std::uint32_t> keys(200'000);
      for (auto& key : keys)
        key =
            crowded && random() % 2 == 0 ? 1 : static_cast<std::uint32_t>(random() >> (64 - bits));
      const index::BucketTable table(keys, bits);
      std::vector<std::vector<std::uint32_t>> expected(std::size_t{1} << bits);
      for (std::uint32_t row = 0; row < keys.size(); ++row) expected[keys[row]].push_back(row);
      for (std::uint32_t key = 0; key < expected.size(); ++key) {
        const auto range = table.range(key);
        std::vector<std::uint32_t> rows;
        for (std::uint32_t at = range.begin; at < range.end; ++at) rows.push_back(table.row(at));
        ASSERT_EQ(rows, expected[key]) << bits << " " << key;
      }
    }
  }
}

TEST(MultiIndex, EmptyAndImpossible) {
  const MultiIndex<Hash256> empty{std::span<const Hash256>()};
  EXPECT_EQ(empty.size(), 0u);
  EXPECT_TRUE(empty.within(Hash256(), 31).empty());
  EXPECT_TRUE(empty.nearest(Hash256(), 3).empty());
  EXPECT_EQ(support::code_of([&] { static_cast<void>(empty.within(Hash256(), 257)); }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(support::code_of([] {
              MultiIndex<Hash256>(std::span<const Hash256>(), {-1, 1});
            }),
            ErrorCode::invalid_argument);
  EXPECT_NE(empty.explain(1, 31).find("nothing"), std::string::npos);
}

TEST(MultiIndex, NearestOfACrowdHoldsNoMoreThanIsAskedFor) {
  const auto rows = make_hashes<Hash256>(100'000, Data::equal, 9);
  const std::vector<Hash256> queries(100, rows[0]);
  const MultiIndex<Hash256> index(rows);
  const long used = memory_of([&] {
    if (index.nearest(queries, 1).size() != queries.size()) ::_exit(255);
  });
  EXPECT_GE(used, 0);
  EXPECT_LT(used, 40);
}

// Each query of the sample would find every row at so large a radius.
TEST(MultiIndex, MeasuringCostsLittle) {
  const auto rows = make_hashes<Hash256>(100'000, Data::uniform, 10);
  const MultiIndex<Hash256> index(rows, {128, 1});
  const long used = memory_of([&] { static_cast<void>(index.explain(1, 256)); });
  EXPECT_GE(used, 0);
  EXPECT_LT(used, 40);
}

TEST(MultiIndex, SaysHowItWouldSearch) {
  const auto rows = make_hashes<Hash256>(60'000, Data::uniform, 7);
  const MultiIndex<Hash256> index(rows);
  EXPECT_NE(index.explain(1, 31).find("buckets of"), std::string::npos) << index.explain(1, 31);
  EXPECT_NE(index.explain(256, 120).find(": every row"), std::string::npos)
      << index.explain(256, 120);
}

TEST(MultiIndex, IsSearchedByManyThreads) {
  const auto rows = make_hashes<Hash256>(20'000, Data::near_copies, 8);
  const auto queries = make_hashes<Hash256>(30, Data::near_copies, 8);
  const MultiIndex<Hash256> index(rows, {31, 3});
  const auto expected = LinearIndex<Hash256>(rows).within(queries, 31);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { EXPECT_EQ(index.within(queries, 31), expected); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
