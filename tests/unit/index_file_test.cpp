#include "index/index_file.hpp"

#include "support/errors.hpp"
#include "support/repeats.hpp"
#include "support/temporary.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace ectype;
using support::code_of;
using support::TemporaryFolder;

template <typename Hash>
std::vector<Hash> random_hashes(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) {
    typename Hash::Words words;
    for (auto& word : words) word = random();
    if (i % 3 == 2) words = hashes[i / 2].as_words();
    hashes.emplace_back(words);
  }
  return hashes;
}

template <typename Hash>
class IndexFileTest : public testing::Test {};
using Lengths = testing::Types<Hash64, Hash128, Hash256>;
TYPED_TEST_SUITE(IndexFileTest, Lengths);

TYPED_TEST(IndexFileTest, OpensAsItWasSaved) {
  const TemporaryFolder folder;
  for (const std::size_t count : {0u, 1u, 1000u, 60'000u}) {
    const auto rows = random_hashes<TypeParam>(count, 1);
    auto queries = random_hashes<TypeParam>(4, 2);
    if (count > 0) queries.push_back(rows[count / 2]);
    const MultiIndex<TypeParam> built(rows, {15, 1});
    built.save(folder / "index", {"some uuid", "pdq", 42, -7});
    EXPECT_EQ(support::mode_of(folder / "index"), 0600u);
    const auto opened = MultiIndex<TypeParam>::open(folder / "index");
    EXPECT_EQ(opened.size(), count);
    EXPECT_EQ(opened.radius(), 15);
    EXPECT_EQ(opened.stamp(), (IndexStamp{"some uuid", "pdq", 42, -7}));
    EXPECT_EQ(opened.overhead_bytes(), built.overhead_bytes());
    const LinearIndex<TypeParam> linear(rows);
    for (const int radius : {0, 5, 15, 40})
      EXPECT_EQ(opened.within(queries, radius), linear.within(queries, radius));
    EXPECT_EQ(opened.nearest(queries, 3), linear.nearest(queries, 3));
    opened.save(folder / "again", opened.stamp());
    EXPECT_EQ(support::read_file(folder / "again"), support::read_file(folder / "index"));
    if (count > 0) {
      EXPECT_EQ(opened.id(count - 1), static_cast<std::int64_t>(count - 1));
    }
  }
}

TEST(IndexFile, KeepsTheIdsOfRows) {
  const TemporaryFolder folder;
  const auto rows = random_hashes<Hash256>(1000, 1);
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < 1000; ++i) ids.push_back(7 * i + 3);
  const MultiIndex<Hash256> index(rows);
  index.save(folder / "index", {}, ids);
  const auto opened = MultiIndex<Hash256>::open(folder / "index");
  for (const std::uint64_t row : {0u, 500u, 999u}) EXPECT_EQ(opened.id(row), ids[row]);
  opened.save(folder / "copy");
  EXPECT_EQ(MultiIndex<Hash256>::open(folder / "copy").id(999), ids[999]);
  ids.pop_back();
  EXPECT_EQ(code_of([&] { index.save(folder / "index", {}, ids); }), ErrorCode::invalid_argument);
}

TEST(IndexFile, WhatIsNoIndexIsRefused) {
  const TemporaryFolder folder;
  const auto rows = random_hashes<Hash256>(100, 3);
  MultiIndex<Hash256>(rows).save(folder / "index");
  EXPECT_EQ(code_of([&] { static_cast<void>(MultiIndex<Hash128>::open(folder / "index")); }),
            ErrorCode::mismatch);
  EXPECT_EQ(code_of([&] { static_cast<void>(MultiIndex<Hash256>::open(folder / "missing")); }),
            ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { static_cast<void>(MultiIndex<Hash256>::open(folder.path())); }),
            ErrorCode::unsupported);
  support::write_file(folder / "text", std::string(5000, 'x'));
  support::write_file(folder / "empty", "");
  for (const char* name : {"text", "empty"})
    EXPECT_EQ(code_of([&] { static_cast<void>(MultiIndex<Hash256>::open(folder / name)); }),
              ErrorCode::unsupported);
  std::string newer = support::read_file(folder / "index");
  newer[8] = 2;
  support::write_file(folder / "newer", newer);
  EXPECT_EQ(code_of([&] { static_cast<void>(MultiIndex<Hash256>::open(folder / "newer")); }),
            ErrorCode::unsupported);
  EXPECT_EQ(code_of([&] { MultiIndex<Hash256>(rows).save(folder / "text"); }),
            ErrorCode::already_exists);
  EXPECT_EQ(code_of([&] {
              MultiIndex<Hash256>(rows).save(folder / "index", {std::string(41, 'u'), "", 0, 0});
            }),
            ErrorCode::invalid_argument);
}

/// Whether every search in the file gives the right answer or an error.
template <typename Hash>
bool is_right_or_error(const std::filesystem::path& path, const std::vector<Hash>& queries,
                       const std::vector<Hit>& near, const std::vector<Hit>& far) {
  try {
    const auto index = MultiIndex<Hash>::open(path);
    return index.within(queries, 12) == near && index.within(queries, 100) == far;
  } catch (const Error& error) {
    return error.code() == ErrorCode::damaged || error.code() == ErrorCode::unsupported ||
           error.code() == ErrorCode::mismatch;
  }
}

TEST(IndexFile, FlipsCutsAndSwapsGiveAnErrorOrTheRightAnswer) {
  const TemporaryFolder folder;
  const auto rows = random_hashes<Hash256>(20'000, 4);
  const auto queries = std::vector<Hash256>(rows.begin(), rows.begin() + 20);
  const MultiIndex<Hash256> index(rows, {12, 1});
  index.save(folder / "index");
  const auto near = index.within(queries, 12);
  const auto far = index.within(queries, 100);
  const std::string whole = support::read_file(folder / "index");
  std::mt19937_64 random(5);
  const auto check = [&](const std::string& bytes) {
    support::write_file(folder / "bad", bytes);
    return is_right_or_error(folder / "bad", queries, near, far);
  };
  ASSERT_TRUE(check(whole));
  for (int i = 0; i < support::repeats(300); ++i) {
    std::string flipped = whole;
    // Half of them in the head.
    const std::size_t range = i % 2 == 0 ? 4096 : whole.size();
    flipped[random() % range] ^= static_cast<char>(1 << random() % 8);
    ASSERT_TRUE(check(flipped)) << i;
  }
  for (int i = 0; i < support::repeats(60); ++i)
    ASSERT_TRUE(check(whole.substr(0, random() % whole.size()))) << i;
  for (int i = 0; i < support::repeats(60); ++i) {
    std::string swapped = whole;
    const std::size_t size = index::MappedFile::kBlock;
    const std::size_t data = 4096;
    const std::size_t blocks = (whole.size() - data) / size;
    ASSERT_GT(blocks, 2u);
    const std::size_t a = data + random() % blocks * size;
    const std::size_t b = data + random() % blocks * size;
    std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(a),
                     swapped.begin() + static_cast<std::ptrdiff_t>(a + size),
                     swapped.begin() + static_cast<std::ptrdiff_t>(b));
    if (a != b) {
      ASSERT_TRUE(check(swapped)) << i;
    }
  }
}

// A flip in every block is seen when the block is touched, wherever it is.
TEST(IndexFile, EveryBlockIsChecked) {
  const TemporaryFolder folder;
  const auto rows = random_hashes<Hash256>(20'000, 6);
  MultiIndex<Hash256>(rows, {12, 1}).save(folder / "index");
  const std::string whole = support::read_file(folder / "index");
  for (std::size_t at = 5000; at < whole.size(); at += index::MappedFile::kBlock) {
    std::string flipped = whole;
    flipped[at] ^= 1;
    support::write_file(folder / "bad", flipped);
    const auto opened = MultiIndex<Hash256>::open(folder / "bad");
    EXPECT_EQ(code_of([&] { opened.save(folder / "copy"); }), ErrorCode::damaged) << at;
    EXPECT_FALSE(std::filesystem::exists(folder / "copy"));
  }
}

TEST(IndexFile, AReaderKeepsItsViewWhileTheFileIsReplaced) {
  const TemporaryFolder folder;
  const auto rows = random_hashes<Hash256>(5000, 7);
  const auto others = random_hashes<Hash256>(3000, 8);
  MultiIndex<Hash256>(rows).save(folder / "index", {"u", "pdq", 1, 0});
  const auto old = MultiIndex<Hash256>::open(folder / "index");
  MultiIndex<Hash256>(others).save(folder / "index", {"u", "pdq", 2, 0});
  EXPECT_EQ(old.within(rows[9], 0), LinearIndex<Hash256>(rows).within(rows[9], 0));
  const auto now = MultiIndex<Hash256>::open(folder / "index");
  EXPECT_EQ(now.stamp().generation, 2u);
  EXPECT_EQ(now.within(others[9], 0), LinearIndex<Hash256>(others).within(others[9], 0));
}

TEST(IndexFile, KilledWhileWritingTheOldOneStays) {
  const TemporaryFolder folder;
  const auto rows = random_hashes<Hash256>(2000, 9);
  const MultiIndex<Hash256> first(rows);
  first.save(folder / "index", {"u", "pdq", 1, 0});
  const MultiIndex<Hash256> second(random_hashes<Hash256>(40'000, 10));
  std::mt19937 random(11);
  for (int i = 0; i < support::repeats(20); ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      while (true) second.save(folder / "index", {"u", "pdq", 2, 0});
    }
    ::usleep(random() % 20'000);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto index = MultiIndex<Hash256>::open(folder / "index");
    ASSERT_EQ(index.size(), index.stamp().generation == 1 ? 2000u : 40'000u);
    index.save(folder / "copy");  // checks every block
  }
}

}  // namespace
