#include "distance/kernels.hpp"

#include "index/hash_blocks.hpp"
#include "reference/naive_distance.hpp"

#include "ectype/bit_hash.hpp"
#include "ectype/cpu.hpp"
#include "ectype/distance.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>

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
            blocks.block(0), blocks.block_count(), queries.data(), query_count, radii.data(),
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
    EXPECT_EQ(kernels.hamming_within[2](blocks.block(0), 1, query.data(), 1, &radius, hits.data()),
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
  hits.resize(kernels.hamming_within[2](blocks.block(0), blocks.block_count(), queries.data(), 2,
                                        radii, hits.data()));
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
      hits.resize(kernels.hamming_within[2](blocks.block(0), blocks.block_count(), queries.data(),
                                            query_count, radii.data(), hits.data()));
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

// Signed bytes and saturation show only in some of the pairs: all of them are tried, in every
// position of a register. So does a sum that outgrows its lane, at the largest size.
TEST_P(KernelsTest, AllPairsOfBytes) {
  for (const std::size_t size : {1u, 64u, 144u, 1024u}) {
    std::vector<std::uint8_t> query(size);
    std::vector<std::uint8_t> rows(256 * size);
    std::vector<std::uint32_t> distances(256);
    for (unsigned a = 0; a < 256; ++a) {
      std::fill(query.begin(), query.end(), static_cast<std::uint8_t>(a));
      for (std::size_t b = 0; b < 256; ++b)
        std::fill_n(rows.begin() + static_cast<long>(b * size), size, static_cast<std::uint8_t>(b));
      kernels.squared_l2_rows(query.data(), rows.data(), 256, size, distances.data());
      for (unsigned b = 0; b < 256; ++b) ASSERT_EQ(distances[b], (a - b) * (a - b) * size);
      kernels.l1_rows(query.data(), rows.data(), 256, size, distances.data());
      for (unsigned b = 0; b < 256; ++b) ASSERT_EQ(distances[b], (a > b ? a - b : b - a) * size);
    }
  }
}

TEST_P(KernelsTest, ByteDistancesEqualTheReferenceAtEveryLength) {
  std::mt19937 random(6);
  for (std::size_t size = 1; size <= 1024; size += size < 200 ? 1 : 103) {
    std::vector<std::uint8_t> query(size);
    std::vector<std::uint8_t> rows(5 * size);
    for (auto& byte : query) byte = static_cast<std::uint8_t>(random());
    for (auto& byte : rows) byte = random() % 3 == 0 ? 255 : static_cast<std::uint8_t>(random());
    std::vector<std::uint32_t> l2(5);
    std::vector<std::uint32_t> l1(5);
    kernels.squared_l2_rows(query.data(), rows.data(), 5, size, l2.data());
    kernels.l1_rows(query.data(), rows.data(), 5, size, l1.data());
    for (std::size_t r = 0; r < 5; ++r) {
      const auto row = std::span<const std::uint8_t>(rows).subspan(r * size, size);
      ASSERT_EQ(l2[r], reference::squared_l2(query, row)) << size;
      ASSERT_EQ(l1[r], reference::l1(query, row)) << size;
    }
  }
}

/// As the kernels of byte columns say: [((b * quads + c / 4) * kByteBlockRows + r) * 4 + c % 4].
std::vector<std::uint8_t> to_columns(std::span<const std::uint8_t> rows, std::size_t width) {
  using ectype::distance::kByteBlockRows;
  std::vector<std::uint8_t> columns(rows.size());
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const std::size_t row = at / width;
    const std::size_t c = at % width;
    columns[((row / kByteBlockRows * width / 4 + c / 4) * kByteBlockRows + row % kByteBlockRows) *
                4 +
            c % 4] = rows[at];
  }
  return columns;
}

TEST_P(KernelsTest, ColumnsWithinEqualTheReference) {
  using ectype::distance::kByteBlockRows;
  using ectype::distance::RawPair;
  std::mt19937 random(10);
  const auto extreme = [&] {
    const auto x = static_cast<std::uint8_t>(random());
    return x % 3 == 0 ? x : static_cast<std::uint8_t>(x % 3 == 1 ? 255 : x % 2 == 0 ? 128 : 0);
  };
  for (const std::size_t quads : {1u, 9u, 36u, 256u})
    for (const std::size_t blocks : {1u, 4u, 7u})  // tiles, and what is left
      for (const std::size_t query_count : {1u, 4u, 11u}) {
        const std::size_t width = 4 * quads;
        const std::size_t row_count = blocks * kByteBlockRows;
        std::vector<std::uint8_t> rows(row_count * width);
        std::vector<std::uint8_t> queries(query_count * width);
        for (auto& byte : rows) byte = extreme();
        for (auto& byte : queries) byte = extreme();
        std::fill_n(rows.begin(), width, std::uint8_t{255});
        std::fill_n(queries.begin(), width, std::uint8_t{128});  // as a signed byte the least
        std::vector<std::int32_t> starts(row_count);
        for (auto& start : starts) start = static_cast<std::int32_t>(random() % 60'000) - 30'000;
        starts.back() = 1 << 29;
        const auto columns = to_columns(rows, width);
        for (const bool products : {true, false}) {
          std::vector<std::int32_t> sums(query_count * row_count);
          for (std::size_t q = 0; q < query_count; ++q)
            for (std::size_t r = 0; r < row_count; ++r) {
              std::int32_t& sum = sums[q * row_count + r] = starts[r];
              for (std::size_t c = 0; c < width; ++c) {
                const int x = rows[r * width + c];
                const std::uint8_t y = queries[q * width + c];
                sum += products ? x * static_cast<std::int8_t>(y) : std::abs(x - int{y});
              }
            }
          std::vector<std::int32_t> limits;  // sums that occur, and none at all
          for (std::size_t q = 0; q < query_count; ++q)
            limits.push_back(q % 5 == 4 ? -(1 << 29)
                                        : sums[q * row_count + random() % (row_count - 1)] -
                                              static_cast<std::int32_t>(q % 2));
          std::vector<RawPair> pairs(query_count * row_count);
          const auto kernel = products ? kernels.products_within : kernels.differences_within;
          pairs.resize(kernel({columns.data(), starts.data(), blocks, quads}, queries.data(),
                              query_count, limits.data(), pairs.data()));
          std::vector<int> found(query_count * row_count);
          for (const RawPair& pair : pairs) ++found[pair.query * row_count + pair.row];
          for (std::size_t i = 0; i < found.size(); ++i)
            ASSERT_EQ(found[i], sums[i] <= limits[i / row_count] ? 1 : 0)
                << quads << " quads, query " << i / row_count << ", row " << i % row_count;
        }
      }
}

TEST_P(KernelsTest, SelectedPairsAreThoseWithinTheRadius) {
  using ectype::distance::RawPair;
  std::mt19937 random(11);
  for (const std::size_t size : {1u, 63u, 144u, 1024u}) {
    std::vector<std::uint8_t> vectors(40 * size);
    for (auto& byte : vectors) byte = static_cast<std::uint8_t>(random());
    const auto vector = [&](std::size_t i) {
      return std::span<const std::uint8_t>(vectors).subspan(i * size, size);
    };
    std::vector<RawPair> pairs;
    for (std::uint32_t q = 0; q < 3; ++q)
      for (std::uint32_t r = 0; r < 40; r += q + 1) pairs.push_back({q, r});
    for (const bool squared : {true, false}) {
      const auto distance = squared ? reference::squared_l2 : reference::l1;
      const std::vector<std::int32_t> radii{
          0, -1, static_cast<std::int32_t>(distance(vector(2), vector(9)))};
      std::vector<RawHit> hits(pairs.size());
      hits.resize((squared ? kernels.squared_l2_select : kernels.l1_select)(
          vectors.data(), vectors.data(), size, pairs.data(), pairs.size(), radii.data(),
          hits.data()));
      auto hit = hits.begin();
      for (const RawPair& pair : pairs) {
        const std::uint32_t apart = distance(vector(pair.query), vector(pair.row));
        if (static_cast<std::int32_t>(apart) > radii[pair.query]) continue;
        ASSERT_NE(hit, hits.end());
        ASSERT_TRUE(hit->query == pair.query && hit->row == pair.row && hit->distance == apart);
        ++hit;
      }
      ASSERT_EQ(hit, hits.end());
    }
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

TEST(Distances, ManyToManyEqualsOneToOne) {
  std::mt19937_64 random(7);
  std::vector<ectype::Hash256> rows(1500);
  for (auto& row : rows) row = ectype::Hash256({random(), random(), random(), random()});
  const std::span<const ectype::Hash256> queries(rows.data(), 3);
  std::vector<std::uint16_t> out(3 * rows.size());
  ectype::hamming_distances<256>(queries, rows, out);
  for (std::size_t q = 0; q < 3; ++q)
    for (std::size_t r = 0; r < rows.size(); ++r)
      ASSERT_EQ(out[q * rows.size() + r], hamming_distance(queries[q], rows[r]));
  EXPECT_THROW(ectype::hamming_distances<256>(queries, rows, std::span(out).first(10)),
               ectype::Error);
}

TEST(Distances, ManyByteVectorsEqualTheReference) {
  std::mt19937 random(9);
  constexpr std::size_t size = 144;
  std::vector<std::uint8_t> rows(301 * size);
  for (auto& byte : rows) byte = static_cast<std::uint8_t>(random());
  const auto queries = std::span<const std::uint8_t>(rows).first(3 * size);
  std::vector<std::uint32_t> l2(3 * 301);
  std::vector<std::uint32_t> l1(3 * 301);
  ectype::squared_l2_distances(queries, rows, size, l2);
  ectype::l1_distances(queries, rows, size, l1);
  for (std::size_t q = 0; q < 3; ++q)
    for (std::size_t r = 0; r < 301; ++r) {
      const auto row = std::span<const std::uint8_t>(rows).subspan(r * size, size);
      ASSERT_EQ(l2[q * 301 + r], reference::squared_l2(queries.subspan(q * size, size), row));
      ASSERT_EQ(l1[q * 301 + r], reference::l1(queries.subspan(q * size, size), row));
    }
}

TEST(Distances, ByteVectorsMustBeWhole) {
  const std::vector<std::uint8_t> query(10);
  const std::vector<std::uint8_t> rows(25);
  std::vector<std::uint32_t> out(2);
  EXPECT_THROW(ectype::squared_l2_distances(query, rows, out), ectype::Error);
  EXPECT_THROW(ectype::l1_distances({}, rows, out), ectype::Error);
}

}  // namespace
