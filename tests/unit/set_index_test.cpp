#include "support/errors.hpp"
#include "support/hashes.hpp"
#include "support/repeats.hpp"
#include "support/sets.hpp"
#include "support/temporary.hpp"

#include "ectype/hash_set.hpp"
#include "ectype/linear_index.hpp"
#include "ectype/multi_index.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace ectype;
using support::code_of;
using support::Data;
using support::execute;
using support::make_hashes;
using support::query;
using support::TemporaryFolder;

constexpr const char* kIndex = "a.ectype.pdq.index";

ItemWithHashes item(std::size_t name, const Hash256& hash) {
  return support::item(std::to_string(name), {hash});
}

/// Names and distances of what matches.
std::map<std::string, int> found(const HashSet& set, const Hash256& hash, int radius = 31) {
  std::map<std::string, int> names;
  for (const Match& match : set.match(query(hash), {radius, false, 50}))
    names[match.item.name] = match.distance;
  return names;
}

/// A set and, beside it, what it should hold.
class Kept {
 public:
  explicit Kept(const std::filesystem::path& path) : set(HashSet::create(path)) {}

  void add(std::size_t count, unsigned seed) {
    std::vector<ItemWithHashes> items;
    for (const Hash256& hash : make_hashes<Hash256>(count, Data::near_copies, seed)) {
      known[std::to_string(next_)] = hash;
      items.push_back(item(next_++, hash));
    }
    set.add(items);
  }
  void remove(std::size_t count, std::mt19937_64& random) {
    for (; count > 0 && !known.empty(); --count) {
      const auto gone =
          std::next(known.begin(), static_cast<std::ptrdiff_t>(random() % known.size()));
      set.remove({gone->first, {}, {}});
      known.erase(gone);
    }
  }
  void check(const HashSet& other, const Hash256& hash) const {
    std::map<std::string, int> expected;
    for (const auto& [name, value] : known)
      if (const int distance = hamming_distance(hash, value); distance <= 31)
        expected[name] = distance;
    EXPECT_EQ(found(other, hash), expected);
  }

  HashSet set;
  std::map<std::string, Hash256> known;

 private:
  std::size_t next_ = 0;
};

TEST(SetIndex, MatchesWhatTheSetHoldsAfterAnyChanges) {
  const TemporaryFolder folder;
  const auto path = folder / "a.ectype";
  Kept kept(path);
  HashSet reader = HashSet::open(path, true);
  std::mt19937_64 random(1);
  for (unsigned step = 0; step < 40; ++step) {
    switch (random() % 5) {
      case 0:
      case 1:
        kept.add(1 + random() % 300, step % 3);
        break;
      case 2:
        kept.remove(random() % 20, random);
        break;
      case 3:
        kept.set.save_index();
        break;
      case 4:
        reader = HashSet::open(path, true);
        break;
    }
    const auto queries = make_hashes<Hash256>(40, Data::near_copies, step % 3);
    kept.check(kept.set, queries[step]);
    kept.check(reader, queries[step]);
  }
  EXPECT_TRUE(kept.set.verify().empty());
}

TEST(SetIndex, IsForItsOwnerOnlyAndSaysWhatItIs) {
  const TemporaryFolder folder;
  Kept kept(folder / "a.ectype");
  EXPECT_TRUE(kept.set.save_index().empty());
  kept.add(100, 1);
  EXPECT_EQ(kept.set.save_index(2), std::vector{folder / kIndex});
  EXPECT_EQ(support::mode_of(folder / kIndex), 0600u);
  kept.add(10, 2);
  const HashSetInfo info = kept.set.info();
  ASSERT_EQ(info.indexes.size(), 1u);
  EXPECT_EQ(info.indexes[0].path, folder / kIndex);
  EXPECT_EQ(info.indexes[0].algorithm, "pdq");
  EXPECT_EQ(info.indexes[0].rows, 100u);
  EXPECT_EQ(info.indexes[0].generation + 1, info.generation);
  EXPECT_EQ(info.indexes[0].problem, "");
}

TEST(SetIndex, OneOfAnotherSetIsLeftAside) {
  const TemporaryFolder folder;
  Kept other(folder / "b.ectype");
  other.add(50, 1);
  other.set.save_index();
  Kept kept(folder / "a.ectype");
  kept.add(50, 2);
  std::filesystem::copy_file(folder / "b.ectype.pdq.index", folder / kIndex);
  for (const auto& hash : make_hashes<Hash256>(5, Data::near_copies, 2)) kept.check(kept.set, hash);
  EXPECT_NE(kept.set.info().indexes[0].problem.find("another set"), std::string::npos);
  ASSERT_EQ(kept.set.verify().size(), 1u);
  kept.set.save_index();
  EXPECT_TRUE(kept.set.verify().empty());
}

// The generation alone would not tell: it is the same.
TEST(SetIndex, OneOfACopyThatWentItsOwnWayIsLeftAside) {
  const TemporaryFolder folder;
  Kept kept(folder / "a.ectype");
  kept.add(50, 1);
  std::filesystem::copy_file(folder / "a.ectype", folder / "copy.ectype");
  kept.add(50, 2);
  HashSet copy = HashSet::open(folder / "copy.ectype");
  copy.add(std::vector{item(1000, make_hashes<Hash256>(1, Data::uniform, 3)[0])});
  copy.save_index();
  std::filesystem::rename(folder / "copy.ectype.pdq.index", folder / kIndex);
  const HashSet opened = HashSet::open(folder / "a.ectype");
  for (const auto& hash : make_hashes<Hash256>(5, Data::near_copies, 2)) kept.check(opened, hash);
  EXPECT_FALSE(opened.info().indexes[0].problem.empty());
}

TEST(SetIndex, DamagedIsLeftAsideAndReported) {
  const TemporaryFolder folder;
  Kept kept(folder / "a.ectype");
  kept.add(3000, 1);
  kept.set.save_index();
  const std::string whole = support::read_file(folder / kIndex);
  const auto queries = make_hashes<Hash256>(5, Data::near_copies, 1);
  std::mt19937_64 random(2);
  for (int i = 0; i < support::repeats(40); ++i) {
    std::string bytes = whole;
    if (i % 4 == 0) {
      bytes.resize(random() % whole.size());
    } else {
      bytes[random() % whole.size()] ^= static_cast<char>(1 << i % 8);
    }
    support::write_file(folder / "new", bytes);
    std::filesystem::rename(folder / "new", folder / kIndex);
    const HashSet set = HashSet::open(folder / "a.ectype", true);
    for (const auto& hash : queries) kept.check(set, hash);
    EXPECT_FALSE(set.verify().empty()) << i;
  }
}

TEST(SetIndex, ALogThatWouldHideAHashIsNotBelieved) {
  const TemporaryFolder folder;
  Kept kept(folder / "a.ectype");
  kept.add(10, 1);
  kept.set.save_index();
  kept.set.remove({"3", {}, {}});
  execute(folder / "a.ectype", "UPDATE removed SET hash_id = 5");
  const HashSet set = HashSet::open(folder / "a.ectype");
  kept.known.erase("3");
  kept.check(set, kept.known["4"]);
  EXPECT_FALSE(set.verify().empty());
}

TEST(SetIndex, ReadersSeeWholeChangesWhileAnotherProcessWrites) {
  const TemporaryFolder folder;
  const auto path = folder / "a.ectype";
  const auto hashes = make_hashes<Hash256>(2, Data::uniform, 4);
  // The two are always in the set together, or neither is.
  const std::vector both{item(0, hashes[0]), item(1, hashes[1])};
  static_cast<void>(HashSet::create(path));
  const pid_t writer = ::fork();
  if (writer == 0) {
    HashSet set = HashSet::open(path);
    for (int i = 0;; ++i) {
      try {
        set.add(both);
        if (i % 5 == 0) set.save_index();
        set.remove({{}, {}, ""});
      } catch (const Error&) {  // readers were in the way for too long
      }
    }
  }
  const std::vector<Signature> queries{query(hashes[0]), query(hashes[1])};
  std::atomic<int> seen{0};
  const auto read = [&] {
    HashSet set = HashSet::open(path, true);
    // The writer may be slow to begin.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (int i = 0; i < 100 || (seen == 0 && std::chrono::steady_clock::now() < end); ++i) {
      const auto matches = set.match(queries, {0, false, 50});
      EXPECT_EQ(matches[0].size(), matches[1].size());
      seen += static_cast<int>(matches[0].size());
    }
  };
  std::thread one(read);
  read();
  one.join();
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  EXPECT_GT(seen, 0);
}

/// Adds items, one a transaction, saves the index now and then, and tells of what is committed.
[[noreturn]] void write_until_killed(const std::filesystem::path& path,
                                     std::span<const Hash256> hashes, int report) {
  HashSet set = HashSet::open(path);
  std::uint32_t committed = static_cast<std::uint32_t>(set.info().items);
  while (committed < hashes.size()) {
    set.add(std::vector{item(committed, hashes[committed])});
    ++committed;
    if (::write(report, &committed, sizeof committed) != sizeof committed) break;
    if (committed % 3 == 0) set.save_index();
  }
  ::_exit(0);
}

TEST(SetIndex, KilledWhileWritingLosesNothingThatWasCommitted) {
  const TemporaryFolder folder;
  const auto path = folder / "a.ectype";
  static_cast<void>(HashSet::create(path));
  const auto hashes = make_hashes<Hash256>(20'000, Data::uniform, 5);
  std::mt19937_64 random(6);
  std::uint32_t committed = 0;
  for (int i = 0; i < support::repeats(15); ++i) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t writer = ::fork();
    if (writer == 0) write_until_killed(path, hashes, ends[1]);
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(random() % 40'000));
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    while (::read(ends[0], &committed, sizeof committed) == sizeof committed) {
    }
    ::close(ends[0]);
    const HashSet set = HashSet::open(path, true);
    EXPECT_TRUE(set.verify().empty());
    const auto items = static_cast<std::uint32_t>(set.info().items);
    EXPECT_TRUE(items == committed || items == committed + 1) << items << " of " << committed;
    committed = items;  // the last one may not have been told
    for (const std::uint32_t which : {0u, committed / 2, committed - 1})
      if (which < committed) {
        EXPECT_EQ(found(set, hashes[which], 0).size(), 1u) << which;
      }
  }
  EXPECT_GT(committed, 0u);
}

}  // namespace
