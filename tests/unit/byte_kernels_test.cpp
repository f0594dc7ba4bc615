#include "distance/kernels.hpp"
#include "reference/naive_distance.hpp"

#include "ectype/cpu.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace {

using ectype::CpuLevel;
using ectype::distance::Kernels;
using ectype::distance::RawHit;

class ByteKernelsTest : public testing::TestWithParam<CpuLevel> {
 protected:
  const Kernels& kernels = ectype::distance::kernels(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Levels, ByteKernelsTest, testing::ValuesIn(ectype::supported_cpu_levels()),
                         [](const auto& level) { return std::string(to_string(level.param)); });

// Signed bytes and saturation show only in some of the pairs: all of them are tried, in every
// position of a register. So does a sum that outgrows its lane, at the largest size.
TEST_P(ByteKernelsTest, AllPairsOfBytes) {
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

TEST_P(ByteKernelsTest, ByteDistancesEqualTheReferenceAtEveryLength) {
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

TEST_P(ByteKernelsTest, ColumnsWithinEqualTheReference) {
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

TEST_P(ByteKernelsTest, SelectedPairsAreThoseWithinTheRadius) {
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

}  // namespace
