#include "distance/kernels.hpp"

#include "index/hash_blocks.hpp"
#include "reference/naive_distance.hpp"

#include "ectype/bit_hash.hpp"
#include "ectype/cpu.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace {

using ectype::CpuLevel;
using ectype::distance::kBlockRows;
using ectype::distance::Kernels;
using ectype::distance::RawHit;

/// Random words, near copies of the queries, and the extremes.
std::vector<std::uint64_t> adversarial_rows(std::size_t words, std::size_t count,
                                            const std::vector<std::uint64_t>& queries,
                                            std::mt19937_64& random) {
  std::vector<std::uint64_t> rows;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t w = 0; w < words; ++w) {
      switch (i % 5) {
        case 0:
          rows.push_back(random());
          break;
        case 1:
          rows.push_back(queries[w] ^ (random() & random() & random()));
          break;
        case 2:
          rows.push_back(w + 1 == words ? random() : queries[w]);
          break;
        case 3:
          rows.push_back(i % 2 == 0 ? 0 : ~std::uint64_t{0});
          break;
        default:
          rows.push_back(std::uint64_t{1} << (i % 64));
          break;
      }
    }
  }
  return rows;
}

std::vector<std::array<std::uint32_t, 3>> sorted(const std::vector<RawHit>& hits) {
  std::vector<std::array<std::uint32_t, 3>> all;
  for (const RawHit& hit : hits) all.push_back({hit.query, hit.row, hit.distance});
  std::sort(all.begin(), all.end());
  return all;
}

/// Every query and every row, with their distance.
std::vector<RawHit> all_pairs(std::span<const std::uint64_t> queries,
                              std::span<const std::uint64_t> rows, std::size_t words) {
  std::vector<RawHit> all;
  for (std::uint32_t q = 0; q < queries.size() / words; ++q)
    for (std::uint32_t r = 0; r < rows.size() / words; ++r)
      all.push_back({q, r,
                     static_cast<std::uint32_t>(reference::hamming(
                         queries.subspan(q * words, words), rows.subspan(r * words, words)))});
  return all;
}

class KernelsTest : public testing::TestWithParam<CpuLevel> {
 protected:
  const Kernels& kernels = ectype::distance::kernels(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Levels, KernelsTest, testing::ValuesIn(ectype::supported_cpu_levels()),
                         [](const auto& level) { return std::string(to_string(level.param)); });

TEST_P(KernelsTest, SaysItsName) { EXPECT_EQ(kernels.name, to_string(GetParam())); }

TEST_P(KernelsTest, HammingWithinEqualsTheReference) {
  std::mt19937_64 random(3);
  for (const std::size_t words : {1u, 2u, 4u}) {
    for (const std::size_t count : {1u, 7u, 8u, 9u, 203u}) {
      std::vector<std::uint64_t> queries;
      for (std::size_t i = 0; i < 6 * words; ++i) queries.push_back(random());
      std::fill_n(queries.begin() + 5 * static_cast<long>(words), words, 0u);
      const auto rows = adversarial_rows(words, count, queries, random);
      ectype::index::HashBlocks blocks(words);
      blocks.append(rows);
      const int bits = static_cast<int>(64 * words);
      const std::vector<std::int32_t> radii{0, bits / 8, bits / 3, -1, bits, bits / 2};
      for (const std::size_t query_count : {1u, 6u}) {
        std::vector<RawHit> hits(blocks.block_count() * kBlockRows * query_count);
        hits.resize(kernels.hamming_within[ectype::distance::width_index(words)](
            blocks.blocks_from(0), blocks.block_count(), queries.data(), query_count, radii.data(),
            hits.data()));
        std::size_t expected = 0;
        for (std::size_t q = 0; q < query_count; ++q)
          for (std::size_t r = 0; r < blocks.block_count() * kBlockRows; ++r) {
            const std::vector<std::uint64_t> padding(words, 0);
            const std::span<const std::uint64_t> row =
                r < count ? std::span(rows).subspan(r * words, words) : std::span(padding);
            const auto distance =
                reference::hamming(std::span(queries).subspan(q * words, words), row);
            if (static_cast<std::int32_t>(distance) <= radii[q]) ++expected;
            const auto found = std::count_if(hits.begin(), hits.end(), [&](const RawHit& hit) {
              return hit.query == q && hit.row == r && hit.distance == distance;
            });
            ASSERT_EQ(found, static_cast<std::int32_t>(distance) <= radii[q] ? 1 : 0)
                << words << " words, query " << q << ", row " << r;
          }
        ASSERT_EQ(hits.size(), expected);
      }
    }
  }
}

TEST_P(KernelsTest, HammingSelectAndJoinEqualTheReference) {
  std::mt19937_64 random(9);
  for (const std::size_t words : {1u, 2u, 4u}) {
    const std::size_t width = ectype::distance::width_index(words);
    std::vector<std::uint64_t> query(words);
    for (auto& word : query) word = random();
    for (const std::uint32_t count : {1u, 8u, 33u, 100u}) {
      const auto rows = adversarial_rows(words, count, query, random);
      const auto row = [&](std::uint32_t r) { return std::span(rows).subspan(r * words, words); };
      const std::size_t stride = count + kBlockRows - 1;
      std::vector<std::uint64_t> planes(stride * words, ~std::uint64_t{0});
      std::vector<std::uint32_t> ids;
      for (std::uint32_t r = 0; r < count; ++r) {
        ids.push_back(count - 1 - r);
        for (std::size_t w = 0; w < words; ++w) planes[w * stride + r] = rows[r * words + w];
      }
      for (const std::int32_t radius : {0, 9, 31, static_cast<std::int32_t>(64 * words)}) {
        std::vector<RawHit> expected;
        for (const std::uint32_t id : ids)
          if (const auto distance = reference::hamming(query, row(id));
              static_cast<std::int32_t>(distance) <= radius)
            expected.push_back({7, id, distance});
        std::vector<RawHit> hits(count);
        hits.resize(kernels.hamming_select[width](query.data(), rows.data(), ids.data(), count,
                                                  radius, 7, hits.data()));
        ASSERT_EQ(sorted(hits), sorted(expected));

        const std::uint32_t middle = count / 2;
        for (const bool upper : {false, true}) {
          expected.clear();
          const std::uint32_t first_end = upper ? count : middle;
          for (std::uint32_t a = 0; a < first_end; ++a)
            for (std::uint32_t b = upper ? a + 1 : middle; b < count; ++b)
              if (const auto distance = reference::hamming(row(a), row(b));
                  static_cast<std::int32_t>(distance) <= radius)
                expected.push_back({a, b, distance});
          hits.resize(std::size_t{count} * count);
          hits.resize(kernels.hamming_join[width]({planes.data(), stride}, 0, first_end, middle,
                                                  count, upper, radius, hits.data()));
          ASSERT_EQ(sorted(hits), sorted(expected)) << words << " " << count << " " << radius;
        }
      }
    }
  }
}

// Kernels may compare in fewer bits than a radius has.
TEST_P(KernelsTest, RadiiOverEveryDistanceFindAllRows) {
  const std::vector<std::uint64_t> query(4, 0);
  ectype::index::HashBlocks blocks(4);
  blocks.append(std::vector<std::uint64_t>(4 * kBlockRows, ~std::uint64_t{0}));
  for (const std::int32_t radius : {256, 257, 1 << 16, (1 << 16) + 255, INT32_MAX}) {
    std::vector<RawHit> hits(kBlockRows);
    EXPECT_EQ(
        kernels.hamming_within[2](blocks.blocks_from(0), 1, query.data(), 1, &radius, hits.data()),
        kBlockRows)
        << radius;
  }
}

// Small radii take the path that looks at half of the words first.
TEST_P(KernelsTest, PrefixPathLosesNothing) {
  std::mt19937_64 random(4);
  constexpr std::size_t words = 4;
  std::vector<std::uint64_t> queries(2 * words);
  for (auto& word : queries) word = random();
  std::vector<std::uint64_t> rows;
  for (int first = 0; first <= 64; ++first) {  // all differences in the first or the second half
    for (const std::size_t half : {0u, 2u}) {
      for (std::size_t w = 0; w < words; ++w) {
        const int here = w == half       ? std::min(first, 31)
                         : w == half + 1 ? std::max(0, first - 31)
                                         : 0;
        rows.push_back(queries[w] ^ ((std::uint64_t{1} << here) - 1));
      }
    }
  }
  ectype::index::HashBlocks blocks(words);
  blocks.append(rows);
  const std::int32_t radii[] = {31, 31};
  std::vector<RawHit> hits(blocks.block_count() * kBlockRows * 2);
  hits.resize(kernels.hamming_within[2](blocks.blocks_from(0), blocks.block_count(), queries.data(),
                                        2, radii, hits.data()));
  EXPECT_EQ(std::count_if(hits.begin(), hits.end(), [](auto& hit) { return hit.query == 0; }), 64);
}

// Kernels may fold the words of a hash to rule rows out, by a width that the radius decides:
// the edges of each width, numbers of queries and of blocks that leave a rest, and radii that
// differ.
TEST_P(KernelsTest, FoldsLoseNothing) {
  std::mt19937_64 random(8);
  constexpr std::size_t words = 4;
  for (const int radius : {0, 30, 31, 32, 43, 44, 45, 57, 58, 59, 71, 72, 73, 85, 86, 87, 120}) {
    for (const std::size_t query_count : {3u, 4u, 5u, 131u}) {
      std::vector<std::uint64_t> queries(query_count * words);
      for (auto& word : queries) word = random();
      std::vector<std::int32_t> radii(query_count, radius);
      radii[1] = -1;
      radii[2] = radius / 2;
      std::vector<std::uint64_t> rows;
      for (std::size_t r = 0; r < 41; ++r) {  // an odd number of blocks, the last one padded
        std::vector<std::uint64_t> row(queries.begin(), queries.begin() + words);
        std::vector<std::size_t> bits(256);
        std::iota(bits.begin(), bits.end(), 0u);
        std::shuffle(bits.begin(), bits.end(), random);
        const std::size_t flips = static_cast<std::size_t>(std::max(0, radius - 2)) + r % 5;
        for (std::size_t i = 0; i < flips; ++i)
          row[bits[i] / 64] ^= std::uint64_t{1} << bits[i] % 64;
        rows.insert(rows.end(), row.begin(), row.end());
      }
      ectype::index::HashBlocks blocks(words);
      blocks.append(rows);
      std::vector<RawHit> hits(blocks.block_count() * kBlockRows * query_count);
      hits.resize(kernels.hamming_within[2](blocks.blocks_from(0), blocks.block_count(),
                                            queries.data(), query_count, radii.data(),
                                            hits.data()));
      rows.resize(blocks.block_count() * kBlockRows * words);
      std::size_t expected = 0;
      for (std::size_t q = 0; q < query_count; ++q)
        for (std::size_t r = 0; r < rows.size() / words; ++r)
          if (static_cast<std::int32_t>(
                  reference::hamming(std::span(queries).subspan(q * words, words),
                                     std::span(rows).subspan(r * words, words))) <= radii[q])
            ++expected;
      ASSERT_EQ(hits.size(), expected) << "radius " << radius << ", queries " << query_count;
      for (const RawHit& hit : hits)
        ASSERT_EQ(hit.distance,
                  reference::hamming(std::span(queries).subspan(hit.query * words, words),
                                     std::span(rows).subspan(hit.row * words, words)));
    }
  }
}

// Kernels may take many queries by tiles, in fields of a few bits: every radius, numbers of queries
// and of blocks that leave a rest, and rows at distances where such a field is full or wraps.
TEST_P(KernelsTest, BatchesEqualTheReferenceAtEveryRadius) {
  std::mt19937_64 random(10);
  for (const std::size_t words : {1u, 2u, 4u}) {
    const int bits = static_cast<int>(64 * words);
    for (const auto& [query_count, row_count] :
         {std::pair{15u, 40u}, {16u, 31u}, {17u, 64u}, {37u, 75u}, {300u, 33u}}) {
      std::vector<std::uint64_t> queries(query_count * words);
      for (auto& word : queries) word = random();
      std::fill_n(queries.begin(), words, 0u);
      std::fill_n(queries.begin() + static_cast<long>(words), words, ~std::uint64_t{0});
      std::vector<std::uint64_t> rows;
      for (std::size_t r = 0; r < row_count; ++r) {
        const std::size_t q = r * 5 % query_count;
        for (std::size_t w = 0; w < words; ++w) {
          const std::uint64_t word = queries[q * words + w];
          const std::uint64_t noise = random() & (r % 2 == 0 ? random() : ~std::uint64_t{0});
          const bool changed = r % 7 < 2 ? w < words / 2 : r % 7 < 4 ? w >= words / 2 : r % 7 < 5;
          rows.push_back(r % 7 == 6 ? ~word : changed ? word ^ noise : word);  // 5: a duplicate
        }
      }
      ectype::index::HashBlocks blocks(words);
      blocks.append(rows);
      const std::size_t padded = blocks.block_count() * kBlockRows;
      rows.resize(padded * words);
      const std::vector<RawHit> all = all_pairs(queries, rows, words);
      for (int radius = 0; radius <= bits; radius += radius < 100 ? 1 : 13) {
        // One of three falls behind, as the radii of a search for the nearest rows do.
        std::vector<std::int32_t> radii(query_count, radius);
        for (std::size_t q = 0; q < query_count; q += 3) radii[q] = radius / 2 - 1;
        std::vector<RawHit> expected;
        for (const RawHit& hit : all)
          if (static_cast<std::int32_t>(hit.distance) <= radii[hit.query]) expected.push_back(hit);
        std::vector<RawHit> hits(padded * query_count);
        hits.resize(kernels.hamming_within[ectype::distance::width_index(words)](
            blocks.blocks_from(0), blocks.block_count(), queries.data(), query_count, radii.data(),
            hits.data()));
        ASSERT_EQ(sorted(hits), sorted(expected))
            << words << " words, radius " << radius << ", " << query_count << " queries";
      }
    }
  }
}

// The distances of the two halves in every combination, at the radii where kernels change how they
// look at halves: whatever a field of few bits holds then, nothing is lost.
TEST_P(KernelsTest, HalvesAtEveryDistanceLoseNothing) {
  std::mt19937_64 random(12);
  constexpr std::size_t words = 4;
  std::vector<std::uint64_t> queries(17 * words);
  for (auto& word : queries) word = random();
  for (std::size_t w = 0; w < words; ++w) queries[words + w] = ~queries[w];
  std::vector<std::uint64_t> rows;
  const auto first_bits = [](int count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << std::max(0, count)) - 1;
  };
  for (int first = 0; first <= 128; ++first)
    for (int second = first % 3; second <= 128; second += 3)
      for (std::size_t w = 0; w < words; ++w)
        rows.push_back(queries[w] ^ first_bits((w < 2 ? first : second) - (w % 2 == 0 ? 0 : 64)));
  ectype::index::HashBlocks blocks(words);
  blocks.append(rows);
  const std::size_t padded = blocks.block_count() * kBlockRows;
  rows.resize(padded * words);
  const std::vector<RawHit> all = all_pairs(queries, rows, words);
  for (const int radius : {0, 16, 31, 32, 44, 45, 48, 49, 86, 87, 95, 96, 97, 102, 103}) {
    std::vector<std::int32_t> radii(17, radius);
    radii[16] = 256;  // of a tile of its own
    std::vector<RawHit> expected;
    for (const RawHit& hit : all)
      if (static_cast<std::int32_t>(hit.distance) <= radii[hit.query]) expected.push_back(hit);
    std::vector<RawHit> hits(padded * 17);
    hits.resize(kernels.hamming_within[2](blocks.blocks_from(0), blocks.block_count(),
                                          queries.data(), 17, radii.data(), hits.data()));
    ASSERT_EQ(sorted(hits), sorted(expected)) << radius;
  }
}

TEST_P(KernelsTest, HammingRowsEqualTheReference) {
  std::mt19937_64 random(5);
  for (const std::size_t words : {1u, 2u, 4u}) {
    std::vector<std::uint64_t> query(words);
    for (auto& word : query) word = random();
    const auto rows = adversarial_rows(words, 101, query, random);
    std::vector<std::uint16_t> distances(101);
    kernels.hamming_rows[ectype::distance::width_index(words)](query.data(), rows.data(), 101,
                                                               distances.data());
    for (std::size_t r = 0; r < 101; ++r)
      ASSERT_EQ(distances[r], reference::hamming(query, std::span(rows).subspan(r * words, words)));
  }
}

// Run by ctest once a level with ECTYPE_CPU set, and once without.
TEST(CpuLevel, TheOneAskedForIsTheOneThatRuns) {
  const char* expected = std::getenv("ECTYPE_EXPECTED_CPU");
  const auto levels = ectype::supported_cpu_levels();
  if (expected == nullptr) {
    EXPECT_EQ(ectype::active_cpu_level(), levels.back());
    EXPECT_EQ(ectype::distance::kernels().name, to_string(levels.back()));
    return;
  }
  if (std::none_of(levels.begin(), levels.end(),
                   [&](CpuLevel level) { return to_string(level) == expected; }))
    GTEST_SKIP() << "this machine has no " << expected;
  EXPECT_EQ(to_string(ectype::active_cpu_level()), expected);
  EXPECT_STREQ(ectype::distance::kernels().name, expected);
}

}  // namespace
