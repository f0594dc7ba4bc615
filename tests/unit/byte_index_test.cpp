#include "ectype/byte_index.hpp"

#include "reference/naive_distance.hpp"

#include "ectype/error.hpp"
#include "ectype/transform.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace {

using ectype::ByteIndex;
using ectype::ByteMetric;
using ectype::Hit;

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

constexpr std::size_t kLengths[] = {1, 7, 64, 144, 200, 1024};
constexpr ByteMetric kMetrics[] = {ByteMetric::squared_l2, ByteMetric::l1};

std::uint32_t distance(View a, View b, ByteMetric metric) {
  return metric == ByteMetric::l1 ? reference::l1(a, b) : reference::squared_l2(a, b);
}

/// Every pair, ordered by (query, distance, row).
std::vector<Hit> all_pairs(View queries, View rows, std::size_t size, ByteMetric metric) {
  std::vector<Hit> hits;
  for (std::size_t q = 0; q * size < queries.size(); ++q)
    for (std::size_t r = 0; r * size < rows.size(); ++r)
      hits.push_back(
          {static_cast<std::uint32_t>(q),
           distance(queries.subspan(q * size, size), rows.subspan(r * size, size), metric), r});
  std::sort(hits.begin(), hits.end());
  return hits;
}

std::vector<Hit> up_to(std::vector<Hit> hits, std::uint32_t radius) {
  std::erase_if(hits, [radius](const Hit& hit) { return hit.distance > radius; });
  return hits;
}

std::vector<Hit> first_of_each(const std::vector<Hit>& hits, std::size_t k) {
  std::vector<Hit> first;
  std::size_t taken = 0;
  for (const Hit& hit : hits) {
    if (first.empty() || first.back().query != hit.query) taken = 0;
    if (taken++ < k) first.push_back(hit);
  }
  return first;
}

enum class Data { random, clustered, constant, extremes };

Bytes make(Data data, std::size_t count, std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes vectors(count * size);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<std::uint8_t> vector(&vectors[i * size], size);
    const auto shade = static_cast<std::uint8_t>(i % 3 == 0 ? random() : 17 * (i % 16));
    for (std::size_t c = 0; c < size; ++c) {
      switch (data) {
        case Data::random:
          vector[c] = static_cast<std::uint8_t>(random());
          break;
        case Data::clustered:  // near copies of ten centres, and equal ones
          vector[c] = static_cast<std::uint8_t>(101 * (i % 10) + 37 * c + c * c / 3);
          if (i % 4 != 0)
            vector[c] = static_cast<std::uint8_t>(vector[c] + random() % (i % 30 + 1));
          break;
        case Data::constant:
          vector[c] = shade;
          break;
        case Data::extremes:  // in runs of 1, 2, 3, 4 ... bytes, so that means hide them or not
          vector[c] = (c / (1 + i % 9) + i / 9) % 2 == 0 ? 0 : 255;
          if (i % 5 == 0) vector[c] = random() % 2 == 0 ? 0 : 255;
          break;
      }
    }
  }
  return vectors;
}

class ByteIndexTest : public testing::TestWithParam<Data> {};
INSTANTIATE_TEST_SUITE_P(Data, ByteIndexTest,
                         testing::Values(Data::random, Data::clustered, Data::constant,
                                         Data::extremes));

TEST_P(ByteIndexTest, EqualsBruteForceAtEveryLengthAndRadius) {
  for (const std::size_t size : kLengths)
    for (const ByteMetric metric : kMetrics) {
      const Bytes rows = make(GetParam(), 333, size, 1);
      Bytes queries = make(GetParam(), 11, size, 2);
      queries.insert(queries.end(), rows.begin() + static_cast<long>(5 * size),
                     rows.begin() + static_cast<long>(8 * size));
      ByteIndex index(size, metric);
      index.add(rows);
      const auto all = all_pairs(queries, rows, size, metric);
      // The distances that occur and their neighbours are where a limit can be off by one.
      std::vector<std::uint32_t> radii{0, 1, 40'000, 70'000'000, ~0u};
      for (std::size_t i = 0; i < all.size(); i += all.size() / 23) {
        radii.push_back(all[i].distance);
        radii.push_back(all[i].distance == 0 ? 0 : all[i].distance - 1);
      }
      for (const std::uint32_t radius : radii)
        ASSERT_EQ(index.within(queries, radius), up_to(all, radius)) << size << ", " << radius;
      for (const std::size_t k : {0u, 1u, 2u, 40u, 333u, 1000u})
        ASSERT_EQ(index.nearest(queries, k), first_of_each(all, k)) << size << ", k " << k;
    }
}

// Chunks of rows, batches of queries, and the ways with and without the means: which one is taken
// depends on how many rows the means let pass, and changes on the way.
TEST_P(ByteIndexTest, EqualsBruteForceOverManyChunks) {
  constexpr std::size_t size = 36;
  for (const ByteMetric metric : kMetrics)
    for (const std::size_t query_count : {7u, 8u, 131u, 260u}) {
      Bytes rows = make(GetParam(), 1100, size, 3);
      const Bytes others = make(Data::random, 900, size, 4);
      rows.insert(rows.end(), others.begin(), others.end());
      const Bytes queries = make(GetParam(), query_count, size, 5);
      ByteIndex index(size, metric);
      index.add(rows);
      const auto all = all_pairs(queries, rows, size, metric);
      for (const std::uint32_t radius : {0u, 500u, 9000u, 60'000u, 200'000u, 3'000'000u})
        ASSERT_EQ(index.within(queries, radius), up_to(all, radius)) << radius;
      ASSERT_EQ(index.nearest(queries, 3), first_of_each(all, 3));
    }
}

TEST(ByteIndex, RadiusIsInclusive) {
  const Bytes row{0, 0, 0, 0, 0};
  const Bytes query{3, 0, 4, 0, 0};
  ByteIndex squared(5);
  ByteIndex absolute(5, ByteMetric::l1);
  squared.add(row);
  absolute.add(row);
  EXPECT_EQ(squared.within(query, 25), (std::vector<Hit>{{0, 25, 0}}));
  EXPECT_TRUE(squared.within(query, 24).empty());
  EXPECT_EQ(absolute.within(query, 7), (std::vector<Hit>{{0, 7, 0}}));
  EXPECT_TRUE(absolute.within(query, 6).empty());
}

// The bound of the means is nearly tight here: differences that are all but equal (Cauchy-Schwarz),
// between sums of four that round down from 3 and from 0 above a multiple of four.
TEST(ByteIndex, MeansLoseNothingAtTheEdge) {
  for (const ByteMetric metric : kMetrics)
    for (const std::size_t size : {4u, 16u, 144u, 1024u})
      for (unsigned step = 0; step < 200; ++step) {
        Bytes query(size);
        Bytes row(size);
        for (std::size_t c = 0; c < size; ++c) {
          query[c] = c % 4 == 3 ? 0 : 1;
          row[c] = static_cast<std::uint8_t>(query[c] + step + (c % 4 == 0 ? 1 : 0));
        }
        ByteIndex index(size, metric);
        index.add(row);
        const std::uint32_t apart = distance(query, row, metric);
        ASSERT_EQ(index.within(query, apart), (std::vector<Hit>{{0, apart, 0}})) << size << step;
        ASSERT_TRUE(index.within(query, apart - 1).empty());
      }
}

TEST(ByteIndex, LargestDistancesFit) {
  for (const ByteMetric metric : kMetrics) {
    ByteIndex index(1024, metric);
    index.add(Bytes(1024, 255));
    const std::uint32_t most = 1024 * (metric == ByteMetric::l1 ? 255 : 65'025);
    EXPECT_EQ(index.within(Bytes(1024, 0), most), (std::vector<Hit>{{0, most, 0}}));
    EXPECT_TRUE(index.within(Bytes(1024, 0), most - 1).empty());
    EXPECT_EQ(index.nearest(Bytes(1024, 0), 5), (std::vector<Hit>{{0, most, 0}}));
  }
}

TEST(ByteIndex, PaddingIsNeverFound) {
  for (const ByteMetric metric : kMetrics)
    for (std::size_t count = 0; count <= 66; ++count) {
      ByteIndex index(3, metric);
      index.add(Bytes(3 * count));
      for (const std::size_t queries : {1u, 9u}) {
        EXPECT_EQ(index.within(Bytes(3 * queries), ~0u).size(), count * queries);
        EXPECT_EQ(index.nearest(Bytes(3 * queries), 100).size(), count * queries);
      }
    }
}

TEST(ByteIndex, AddedInPiecesEqualsAddedAtOnce) {
  const Bytes rows = make(Data::clustered, 1000, 144, 6);
  ByteIndex whole(144);
  ByteIndex pieces(144);
  EXPECT_EQ(whole.add(rows), 0u);
  for (std::size_t at = 0; at < 1000; at += 37)
    EXPECT_EQ(pieces.add(View(rows).subspan(at * 144, std::min<std::size_t>(37, 1000 - at) * 144)),
              at);
  EXPECT_EQ(pieces.size(), 1000u);
  const View queries = View(rows).first(20 * 144);
  EXPECT_EQ(pieces.within(queries, 40'000), whole.within(queries, 40'000));
}

TEST(ByteIndex, RemovedRowsAreGoneAndNumbersStay) {
  const Bytes rows = make(Data::clustered, 300, 64, 7);
  ByteIndex index(64);
  index.add(rows);
  const std::vector<std::uint64_t> removed{0, 17, 299};
  index.remove(removed);
  EXPECT_EQ(index.size(), 297u);
  EXPECT_EQ(index.row_count(), 300u);
  auto expected = all_pairs(rows, rows, 64, ByteMetric::squared_l2);
  std::erase_if(expected, [&](const Hit& hit) {
    return std::find(removed.begin(), removed.end(), hit.row) != removed.end();
  });
  EXPECT_EQ(index.within(rows, 20'000), up_to(expected, 20'000));
  EXPECT_EQ(index.nearest(rows, 4), first_of_each(expected, 4));
  EXPECT_EQ(index.add(View(rows).first(64)), 300u);
  EXPECT_EQ(index.within(View(rows).first(64), 0).back().row, 300u);
  for (const std::vector<std::uint64_t>& bad : {std::vector<std::uint64_t>{1, 301}, {2, 2}, {17}}) {
    EXPECT_THROW(index.remove(bad), ectype::Error);
    EXPECT_EQ(index.size(), 298u);
  }
}

TEST(ByteIndex, RefusesWhatIsNotWholeVectors) {
  EXPECT_THROW(ByteIndex(0), ectype::Error);
  EXPECT_THROW(ByteIndex(1025), ectype::Error);
  ByteIndex index(144);
  EXPECT_THROW(index.add(Bytes(145)), ectype::Error);
  EXPECT_THROW(static_cast<void>(index.within(Bytes(143), 1)), ectype::Error);
  EXPECT_THROW(static_cast<void>(index.nearest(Bytes(1), 1)), ectype::Error);
  for (const double entropy : {-0.1, 8.1, std::nan("")})
    EXPECT_THROW(static_cast<void>(index.within(Bytes(144), 1, entropy)), ectype::Error);
  EXPECT_TRUE(index.within(Bytes(144), ~0u).empty());
  EXPECT_TRUE(index.nearest(Bytes(144), 3).empty());
  index.add(Bytes(144));
  EXPECT_TRUE(index.within({}, ~0u).empty());
  EXPECT_TRUE(index.nearest({}, 3).empty());
}

TEST(ByteIndex, CopiesAreIndependent) {
  ByteIndex index(10);
  index.add(Bytes(200));
  const ByteIndex copy = index;
  index.remove(std::vector<std::uint64_t>{3});
  EXPECT_EQ(copy.within(Bytes(10), 0).size(), 20u);
  EXPECT_EQ(index.within(Bytes(10), 0).size(), 19u);
  index = copy;
  EXPECT_EQ(index.size(), 20u);
}

TEST(ByteIndex, IsSearchedByManyThreads) {
  const Bytes rows = make(Data::clustered, 2000, 144, 8);
  ByteIndex index(144);
  index.add(rows);
  const View queries = View(rows).first(20 * 144);
  const auto expected = index.within(queries, 40'000);
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { equal[t] = index.within(queries, 40'000) == expected; });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, 1));
}

TEST(ByteIndex, EntropyIsThatOfTheHistogram) {
  EXPECT_EQ(ectype::byte_entropy({}), 0);
  EXPECT_EQ(ectype::byte_entropy(Bytes(144, 9)), 0);
  EXPECT_DOUBLE_EQ(ectype::byte_entropy(Bytes{1, 2, 1, 2}), 1);
  EXPECT_DOUBLE_EQ(ectype::byte_entropy(Bytes{1, 1, 1, 2}), 2 - 0.75 * std::log2(3));
  Bytes every(256);
  std::iota(every.begin(), every.end(), std::uint8_t{0});
  EXPECT_DOUBLE_EQ(ectype::byte_entropy(every), 8);
}

TEST(ByteIndex, FlatVectorsAreLeftOut) {
  const Bytes flat{5, 5, 5, 5};
  const Bytes varied{4, 5, 6, 7};
  ByteIndex index(4);
  index.add(flat);
  index.add(varied);
  EXPECT_EQ(index.within(flat, 10).size(), 2u);
  EXPECT_TRUE(index.within(flat, 10, 1).empty());
  EXPECT_EQ(index.within(varied, 10, 1), (std::vector<Hit>{{0, 0, 1}}));
  EXPECT_EQ(index.within(varied, 10, 2).size(), 1u);  // exactly two bits are not below two
  EXPECT_TRUE(index.within(varied, 10, 2.01).empty());
}

TEST(ByteIndex, VariantsAreWhatTheCallerNames) {
  // A grid of 2 x 2 in the order of rows, under the eight transforms of ectype::kTransforms.
  const std::vector<std::uint16_t> permutations{0, 1, 2, 3, 1, 3, 0, 2, 3, 2, 1, 0, 2, 0, 3, 1,
                                                2, 3, 0, 1, 1, 0, 3, 2, 0, 2, 1, 3, 3, 1, 2, 0};
  const Bytes vector{10, 20, 30, 40};
  const Bytes variants = ectype::permute_variants(vector, permutations);
  ASSERT_EQ(variants.size(), 8 * vector.size());
  EXPECT_EQ(Bytes(variants.begin() + 4, variants.begin() + 8), (Bytes{20, 40, 10, 30}));
  ByteIndex index(4);
  index.add(Bytes{20, 40, 10, 31});
  EXPECT_EQ(index.within(variants, 1), (std::vector<Hit>{{1, 1, 0}}));
  EXPECT_EQ(ectype::kTransforms[1], ectype::Transform::rotate90);

  const auto refused = [&](const std::vector<std::uint16_t>& indices) {
    EXPECT_THROW(static_cast<void>(ectype::permute_variants(vector, indices)), ectype::Error);
  };
  refused({0, 1, 2});
  refused({0, 1, 2, 4});
  refused({0, 1, 2, 3, 0, 1, 2, 2});
  EXPECT_THROW(static_cast<void>(ectype::permute_variants({}, permutations)), ectype::Error);
}

/// What not to do: a vantage-point tree that takes squared L2 for a metric and prunes where
/// |d(q, p) - d(p, x)| > r for all x of a subtree. With the cross term, the bound of squared
/// distances is d(q, x) >= (sqrt(d(q, p)) - sqrt(d(p, x)))^2, which is far smaller.
class PrunedTooMuch {
 public:
  PrunedTooMuch(View rows, std::size_t size) : rows_(rows), size_(size) {
    std::vector<std::size_t> all(rows.size() / size);
    std::iota(all.begin(), all.end(), 0u);
    root_ = grow(all);
  }
  [[nodiscard]] std::vector<std::size_t> within(View query, std::uint32_t radius) const {
    std::vector<std::size_t> found;
    look(*root_, query, radius, found);
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  struct Node {
    std::size_t point = 0;
    std::uint32_t median = 0;  // inside: d(point, x) < median
    std::unique_ptr<Node> inside, outside;
  };
  [[nodiscard]] std::uint32_t apart(View query, std::size_t row) const {
    return reference::squared_l2(query, rows_.subspan(row * size_, size_));
  }
  [[nodiscard]] std::unique_ptr<Node> grow(std::span<std::size_t> rows) const {
    if (rows.empty()) return nullptr;
    auto node = std::make_unique<Node>();
    node->point = rows[0];
    const View point = rows_.subspan(node->point * size_, size_);
    rows = rows.subspan(1);
    if (rows.empty()) return node;
    std::sort(rows.begin(), rows.end(),
              [&](std::size_t a, std::size_t b) { return apart(point, a) < apart(point, b); });
    node->median = apart(point, rows[rows.size() / 2]);
    const auto middle = static_cast<std::size_t>(
        std::find_if(rows.begin(), rows.end(),
                     [&](std::size_t row) { return apart(point, row) >= node->median; }) -
        rows.begin());
    node->inside = grow(rows.first(middle));
    node->outside = grow(rows.subspan(middle));
    return node;
  }
  void look(const Node& node, View query, std::uint32_t radius,
            std::vector<std::size_t>& found) const {
    const std::uint32_t here = apart(query, node.point);
    if (here <= radius) found.push_back(node.point);
    if (node.inside && std::int64_t{here} - node.median <= radius)
      look(*node.inside, query, radius, found);
    if (node.outside && std::int64_t{node.median} - here <= radius)
      look(*node.outside, query, radius, found);
  }

  View rows_;
  std::size_t size_;
  std::unique_ptr<Node> root_;
};

TEST(ByteIndex, FindsWhatATreeOverSquaredDistancesLoses) {
  constexpr std::size_t size = 144;
  constexpr std::uint32_t radius = 40'000;
  const Bytes rows = make(Data::random, 2000, size, 9);
  Bytes queries(rows.begin(), rows.begin() + 100 * size);
  std::mt19937 random(10);
  for (auto& byte : queries) {  // up to 27 away: near the radius on average
    const int moved = static_cast<int>(byte) + static_cast<int>(random() % 55) - 27;
    byte = static_cast<std::uint8_t>(std::clamp(moved, 0, 255));
  }
  const PrunedTooMuch tree(rows, size);
  ByteIndex index(size);
  index.add(rows);
  const auto expected = up_to(all_pairs(queries, rows, size, ByteMetric::squared_l2), radius);
  EXPECT_EQ(index.within(queries, radius), expected);
  std::size_t by_tree = 0;
  for (std::size_t q = 0; q < 100; ++q)
    by_tree += tree.within(View(queries).subspan(q * size, size), radius).size();
  EXPECT_GE(expected.size(), 90u);
  EXPECT_LT(by_tree, expected.size());
  RecordProperty("neighbours", static_cast<int>(expected.size()));
  RecordProperty("lost_by_the_tree", static_cast<int>(expected.size() - by_tree));
}

}  // namespace
