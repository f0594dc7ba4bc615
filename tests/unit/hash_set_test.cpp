#include "ectype/hash_set.hpp"

#include "support/errors.hpp"
#include "support/repeats.hpp"
#include "support/sets.hpp"
#include "support/temporary.hpp"

#include "ectype/atomic_file.hpp"
#include "ectype/hash_list.hpp"
#include "ectype/image.hpp"
#include "ectype/multi_index.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace ectype;
using support::code_of;
using support::execute;
using support::TemporaryFolder;

ItemWithHashes item(const std::string& name, std::uint64_t word, const std::string& label = "",
                    const std::string& source = "") {
  ItemWithHashes entry = support::item(name, {Hash256({word, 2, 3, 4})});
  entry.item.label = label;
  entry.item.source = source;
  return entry;
}

Signature query(std::uint64_t word) { return support::query(Hash256({word, 2, 3, 4})); }

std::vector<ItemWithHashes> contents(const HashSet& set) {
  std::vector<ItemWithHashes> all;
  set.for_each([&](const ItemWithHashes& entry) { all.push_back(entry); });
  return all;
}

TEST(HashSet, IsCreatedForItsOwnerOnly) {
  const TemporaryFolder folder;
  const HashSet set = HashSet::create(folder / "a.ectype");
  EXPECT_EQ(support::mode_of(folder / "a.ectype"), 0600u);
  EXPECT_EQ(set.info().items, 0u);
  EXPECT_EQ(set.info().uuid.size(), 36u);
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::create(folder / "a.ectype")); }),
            ErrorCode::already_exists);
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::create(folder / "no" / "a.ectype")); }),
            ErrorCode::storage);
}

TEST(HashSet, KeepsWhatWasAdded) {
  const TemporaryFolder folder;
  const std::vector<ItemWithHashes> items{item("a", 1, "x", "s"), item("\xFF\n", 2, "y", "t")};
  {
    HashSet set = HashSet::create(folder / "a.ectype");
    const AddCounts counts = set.add(items);
    EXPECT_EQ(counts.added, 2u);
    EXPECT_EQ(counts.already_present, 0u);
  }
  const HashSet set = HashSet::open(folder / "a.ectype", true);
  const auto stored = contents(set);
  ASSERT_EQ(stored.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(stored[i].item.name, items[i].item.name);
    EXPECT_EQ(stored[i].item.label, items[i].item.label);
    EXPECT_EQ(stored[i].item.source, items[i].item.source);
    EXPECT_EQ(stored[i].hashes, items[i].hashes);
  }
  EXPECT_EQ(set.info().sources, (std::vector<std::string>{"s", "t"}));
  EXPECT_TRUE(set.verify().empty());
}

TEST(HashSet, AddingTwiceAddsNothing) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  const std::vector<ItemWithHashes> items{item("a", 1), item("b", 1), item("a", 2), item("a", 1)};
  EXPECT_EQ(set.add(items).added, 3u);
  const auto generation = set.info().generation;
  const AddCounts again = set.add(items);
  EXPECT_EQ(again.added, 0u);
  EXPECT_EQ(again.already_present, 4u);
  EXPECT_EQ(set.info().items, 3u);
  EXPECT_EQ(set.info().generation, generation);
}

TEST(HashSet, AddIsAllOrNothing) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  const std::vector<ItemWithHashes> items{item("a", 1), {{0, "no hash", "", "", "", "", ""}, {}}};
  EXPECT_EQ(code_of([&] { set.add(items); }), ErrorCode::invalid_argument);
  for (const auto& [recipe, quality] :
       {std::pair{Recipe{"pdq", 1, "exact"}, 101}, std::pair{Recipe{"pdq", 1, "exact"}, -1},
        std::pair{Recipe{"pdq", 1, ""}, 9}, std::pair{Recipe{"", 1, "exact"}, 9},
        std::pair{Recipe{"pdq", -2, "exact"}, 9}, std::pair{Recipe{"pdq", 0, "exact"}, 9}}) {
    std::vector<ItemWithHashes> bad{item("a", 1), item("b", 2)};
    bad[1].hashes[0].recipe = recipe;
    bad[1].hashes[0].quality = quality;
    EXPECT_EQ(code_of([&] { set.add(bad); }), ErrorCode::invalid_argument) << quality;
  }
  EXPECT_EQ(set.info().items, 0u);
  EXPECT_EQ(set.info().generation, 0u);
  set.add(std::span(items).first(1));
  EXPECT_EQ(set.info().items, 1u);
}

TEST(HashSet, RemovesByNameLabelAndSource) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  set.add(std::vector{item("a", 1, "x", "s"), item("b", 2, "x", "t"), item("c", 3, "y", "t"),
                      item("d", 4, "z", "u")});
  EXPECT_EQ(set.remove({"a", {}, {}}), 1u);
  EXPECT_EQ(set.remove({"a", {}, {}}), 0u);
  EXPECT_EQ(set.remove({{}, "x", {}}), 1u);
  EXPECT_EQ(set.remove({{}, {}, "t"}), 1u);
  ASSERT_EQ(contents(set).size(), 1u);
  EXPECT_EQ(contents(set)[0].item.name, "d");
  EXPECT_EQ(set.info().hashes, 1u);
  EXPECT_EQ(set.info().generation, 4u);
  EXPECT_TRUE(set.verify().empty());
}

TEST(HashSet, MergeAddsWhatIsMissing) {
  const TemporaryFolder folder;
  HashSet a = HashSet::create(folder / "a.ectype");
  HashSet b = HashSet::create(folder / "b.ectype");
  a.add(std::vector{item("1", 1), item("2", 2)});
  b.add(std::vector{item("2", 2), item("3", 3)});
  const AddCounts counts = a.merge(b);
  EXPECT_EQ(counts.added, 1u);
  EXPECT_EQ(counts.already_present, 1u);
  EXPECT_EQ(a.merge(a).added, 0u);
  EXPECT_EQ(a.info().items, 3u);
}

TEST(HashSet, ForeignFilesAreRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "missing")); }),
            ErrorCode::not_found);
  support::write_file(folder / "text", std::string(5000, 'x'));
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "text")); }),
            ErrorCode::unsupported);
  support::write_file(folder / "empty", "");
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "empty")); }),
            ErrorCode::unsupported);
  execute(folder / "other", "CREATE TABLE t(x)");
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "other")); }),
            ErrorCode::unsupported);
  EXPECT_THROW(static_cast<void>(HashSet::open(folder.path())), Error);
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "fifo")); }),
            ErrorCode::unsupported);
}

TEST(HashSet, OtherFormatsAreRefused) {
  const TemporaryFolder folder;
  static_cast<void>(HashSet::create(folder / "a.ectype"));
  for (const auto& [sql, remedy] : {std::pair{"PRAGMA user_version = 1000", "a newer ectype"},
                                    std::pair{"PRAGMA user_version = 0", "ectype that made it"}}) {
    execute(folder / "a.ectype", sql);
    try {
      static_cast<void>(HashSet::open(folder / "a.ectype"));
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unsupported);
      EXPECT_NE(std::string(error.what()).find(remedy), std::string::npos) << error.what();
    }
  }
  support::write_file(folder / "empty", "");
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "empty")); }),
            ErrorCode::unsupported);
  const std::string endless(5000, 'x');
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / endless)); }),
            ErrorCode::unreadable);
}

// SQLite does not notice a changed byte within a value; the checksums do.
TEST(HashSet, ChangedRowsAreNoticed) {
  for (const char* change :
       {"UPDATE hashes SET value = zeroblob(32) WHERE id = 1",
        "UPDATE hashes SET item_id = 2 WHERE id = 1", "UPDATE hashes SET quality = 99 WHERE id = 1",
        "UPDATE hashes SET flags = 1 WHERE id = 1",
        "UPDATE hashes SET recipe = 'pdq/1:fast' WHERE id = 1",
        "UPDATE hashes SET recipe = 'nonsense' WHERE id = 1",
        "UPDATE hashes SET value = x'00' WHERE id = 1",
        "UPDATE hashes SET algorithm = 'other' WHERE id = 1"}) {
    const TemporaryFolder folder;
    HashSet::create(folder / "a.ectype").add(std::vector{item("a", 1), item("b", 2)});
    execute(folder / "a.ectype", change);
    const HashSet set = HashSet::open(folder / "a.ectype");
    EXPECT_FALSE(set.verify().empty()) << change;
    EXPECT_EQ(code_of([&] { static_cast<void>(set.match(query(1))); }), ErrorCode::damaged)
        << change;
  }
  for (const char* change :
       {"UPDATE items SET label = 'other'", "UPDATE sources SET name = 'other'",
        "UPDATE items SET fingerprint = 7", "DELETE FROM hashes WHERE item_id = 1",
        "UPDATE meta SET uuid = 'x'", "UPDATE meta SET generation = 0",
        "UPDATE meta SET created = '1970'", "DELETE FROM meta"}) {
    const TemporaryFolder folder;
    HashSet::create(folder / "a.ectype").add(std::vector{item("a", 1)});
    execute(folder / "a.ectype", change);
    EXPECT_EQ(HashSet::open(folder / "a.ectype").verify().size(), 1u) << change;
  }
  const TemporaryFolder folder;
  HashSet::create(folder / "a.ectype").add(std::vector{item("a", 1)});
  execute(folder / "a.ectype", "UPDATE hashes SET recipe = 'nonsense'");
  EXPECT_EQ(code_of([&] { static_cast<void>(HashSet::open(folder / "a.ectype").info()); }),
            ErrorCode::damaged);
}

TEST(HashSet, AHashWithoutItsItemIsDamageNotAMiss) {
  const TemporaryFolder folder;
  HashSet::create(folder / "a.ectype").add(std::vector{item("a", 1)});
  execute(folder / "a.ectype", "DELETE FROM items");
  const HashSet set = HashSet::open(folder / "a.ectype");
  EXPECT_EQ(code_of([&] { static_cast<void>(set.match(query(1))); }), ErrorCode::damaged);
}

TEST(HashSet, AFilePutInItsPlaceIsOpenedAnew) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  set.add(std::vector{item("a", 1)});
  ASSERT_EQ(set.match(query(1)).size(), 1u);
  HashSet::create(folder / "b.ectype").add(std::vector{item("b", 2)});
  std::filesystem::rename(folder / "b.ectype", folder / "a.ectype");
  EXPECT_EQ(set.info().items, 1u);
  ASSERT_EQ(set.match(query(2), {0}).size(), 1u);
  EXPECT_EQ(set.match(query(2), {0})[0].item.name, "b");
  std::filesystem::remove(folder / "a.ectype");
  EXPECT_EQ(code_of([&] { static_cast<void>(set.info()); }), ErrorCode::not_found);
}

// The generation alone would not tell: it is the same.
TEST(HashSet, ARestoredCopyThatChangedAgainIsNoticed) {
  const TemporaryFolder folder;
  const auto path = folder / "a.ectype";
  static_cast<void>(HashSet::create(path));
  const std::string before = support::read_file(path);
  HashSet set = HashSet::open(path);
  set.add(std::vector{item("a", 1)});
  ASSERT_EQ(set.match(query(1), {0}).size(), 1u);
  support::write_file(path, before);
  execute(path, "PRAGMA auto_vacuum = 0; PRAGMA user_version = 4");  // SQLite's own count of
                                                                     // changes must differ
  HashSet::open(path).add(std::vector{item("b", 2)});
  EXPECT_TRUE(set.match(query(1), {0}).empty());
  EXPECT_EQ(set.match(query(2), {0}).size(), 1u);
}

TEST(HashSet, NamesThatMeanSomethingToSqliteAreNames) {
  const TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const char* name : {"file:x?mode=memory", ":memory:", "file:y"}) {
    HashSet::create(name).add(std::vector{item("a", 1)});
    EXPECT_TRUE(std::filesystem::exists(folder / name));
    EXPECT_EQ(HashSet::open(name).info().items, 1u);
  }
  std::filesystem::current_path(before);
}

/// Whether this process holds a lock on the file, as another process sees it.
bool is_locked_by_us(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const int descriptor = ::open(path.c_str(), O_RDWR);
    const bool asked = descriptor >= 0 && ::fcntl(descriptor, F_GETLK, &lock) == 0;
    ::_exit(asked && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

// Closing any descriptor of the file would drop the locks that SQLite relies on.
TEST(HashSet, NothingElseOfOursDropsItsLocks) {
  const TemporaryFolder folder;
  const auto path = folder / "a.ectype";
  HashSet set = HashSet::create(path);
  set.add(std::vector{item("a", 1)});
  EXPECT_FALSE(is_locked_by_us(path));
  int visits = 0;
  set.for_each([&](const ItemWithHashes&) {
    ++visits;
    EXPECT_TRUE(is_locked_by_us(path));
    EXPECT_EQ(HashSet::open(path, true).info().items, 1u);
    EXPECT_EQ(code_of([&] { static_cast<void>(Image::open(path)); }), ErrorCode::unsupported);
    EXPECT_EQ(code_of([&] { AtomicFile{path}; }), ErrorCode::already_exists);
    EXPECT_EQ(code_of([&] { static_cast<void>(read_hash_list(path)); }), ErrorCode::unsupported);
    EXPECT_EQ(code_of([&] { static_cast<void>(MultiIndex<Hash256>::open(path)); }),
              ErrorCode::unsupported);
    std::filesystem::create_hard_link(path, folder / "link");
    EXPECT_EQ(code_of([&] { static_cast<void>(Image::open(folder / "link")); }),
              ErrorCode::unsupported);
    EXPECT_TRUE(is_locked_by_us(path));
  });
  EXPECT_EQ(visits, 1);
}

TEST(HashSet, DamagedFilesGiveAnErrorNeverAWrongAnswer) {
  const TemporaryFolder folder;
  std::vector<ItemWithHashes> items;
  for (std::uint64_t i = 0; i < 200; ++i) items.push_back(item("name" + std::to_string(i), i + 1));
  HashSet::create(folder / "a.ectype").add(items);
  const std::string whole = support::read_file(folder / "a.ectype");
  const auto expected = contents(HashSet::open(folder / "a.ectype"));
  const auto read = [&](const std::string& bytes) {
    support::write_file(folder / "b.ectype", bytes);
    try {
      const HashSet set = HashSet::open(folder / "b.ectype", true);
      return contents(set) == expected || !set.verify().empty();
    } catch (const Error&) {
      return true;
    }
  };
  std::mt19937_64 random(1);
  for (int i = 0; i < support::repeats(80); ++i)
    EXPECT_TRUE(read(whole.substr(0, random() % whole.size())));
  for (int i = 0; i < support::repeats(250); ++i) {
    std::string flipped = whole;
    const std::size_t at = 100 + random() % (whole.size() - 100);
    flipped[at] = static_cast<char>(flipped[at] ^ 1 << random() % 8);
    EXPECT_TRUE(read(flipped)) << at;
  }
  constexpr std::size_t kPage = 4096;
  for (int i = 0; i < support::repeats(40); ++i) {
    std::string swapped = whole;
    const std::size_t pages = whole.size() / kPage;
    const auto page = [&] {
      return swapped.begin() + static_cast<std::ptrdiff_t>(random() % pages * kPage);
    };
    const auto a = page();
    std::swap_ranges(a, a + kPage, page());
    EXPECT_TRUE(read(swapped)) << i;
  }
}

// What a killed writer leaves: the journal is still there, the pages are half written.
TEST(HashSet, InterruptedWriteIsRolledBackByReadersToo) {
  const TemporaryFolder folder;
  HashSet::create(folder / "a.ectype").add(std::vector{item("a", 1)});
  const auto expected = contents(HashSet::open(folder / "a.ectype"));
  const pid_t child = ::fork();
  if (child == 0) {
    sqlite3* handle = nullptr;
    sqlite3_open((folder / "a.ectype").c_str(), &handle);
    // Few pages in cache: changes reach the file before they are committed.
    sqlite3_exec(handle,
                 "PRAGMA cache_size = 2; BEGIN; UPDATE items SET name = zeroblob(100000);"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
                 "INSERT INTO sources(name) SELECT 'source' || i || hex(zeroblob(400)) FROM n;",
                 nullptr, nullptr, nullptr);
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_TRUE(std::filesystem::exists(folder / "a.ectype-journal"));
  const HashSet set = HashSet::open(folder / "a.ectype", true);
  EXPECT_EQ(contents(set), expected);
  EXPECT_TRUE(set.verify().empty());
}

TEST(HashSet, RemoveAsksForAllThatTheFilterHas) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  set.add(std::vector{item("1", 1, "a", "x"), item("2", 2, "a", "y"), item("3", 3, "", "y")});
  EXPECT_EQ(set.remove({{}, "a", "y"}), 1u);
  EXPECT_EQ(contents(set).size(), 2u);
  EXPECT_EQ(set.remove({{}, "", {}}), 1u) << "an empty label is a label";
  EXPECT_EQ(code_of([&] { set.remove({}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(set.info().sources, (std::vector<std::string>{"x"}));
}

TEST(HashSet, ReadOnlyRefusesChanges) {
  const TemporaryFolder folder;
  static_cast<void>(HashSet::create(folder / "a.ectype"));
  HashSet set = HashSet::open(folder / "a.ectype", true);
  EXPECT_EQ(code_of([&] { set.add(std::vector{item("a", 1)}); }), ErrorCode::storage);
}

}  // namespace
