#include "reference/naive_distance.hpp"

#include "ectype/bit_hash.hpp"
#include "ectype/distance.hpp"
#include "ectype/error.hpp"

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace {

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
