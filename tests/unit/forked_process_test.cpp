#include "support/errors.hpp"
#include "support/repeats.hpp"
#include "support/sets.hpp"
#include "support/temporary.hpp"

#include "ectype/atomic_file.hpp"
#include "ectype/hash_set.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using ectype::AtomicFile;
using ectype::ErrorCode;
using ectype::Hash256;
using ectype::HashSet;
using support::TemporaryFolder;

/// What a forked process returns from `deed`; -1 where it does not end within 20 seconds.
template <typename Deed>
int forked(Deed deed) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    ::_exit(deed());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Threads that hold the locks of the set and those of SQLite do not exist in the forked process.
TEST(ForkedProcess, LeavesAHashSetThatOtherThreadsUse) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "memory of a sanitizer of GCC can hang in a process forked beside threads";
#endif
  const TemporaryFolder folder;
  std::optional<HashSet> set = HashSet::create(folder / "a.ectype");
  set->add(std::vector{support::item("a", {Hash256{}})});
  std::atomic<bool> done = false;
  const auto keep = [&](auto deed) {
    return std::thread([&done, deed] {
      while (!done) deed();
    });
  };
  std::thread using_it = keep([&] { static_cast<void>(set->info()); });
  std::thread opening = keep([&] { static_cast<void>(HashSet::open(folder / "a.ectype", true)); });
  const auto refuses = [&](auto deed) {
    return support::code_of(deed) == ErrorCode::invalid_argument;
  };
  for (int i = 0; i < support::repeats(50); ++i) {
    const int refused = forked([&] {
      const int count =
          static_cast<int>(refuses([&] { static_cast<void>(set->info()); })) +
          static_cast<int>(refuses([&] { set->add({}); })) +
          static_cast<int>(refuses([&] { set->merge(*set); })) +
          static_cast<int>(refuses([&] { static_cast<void>(set->match(ectype::Signature{})); })) +
          static_cast<int>(refuses([&] { set->for_each([](const auto&) {}); })) +
          static_cast<int>(refuses([&] { static_cast<void>(set->save_index()); }));
      set.reset();
      return count;
    });
    EXPECT_EQ(refused, 6);
    if (refused != 6) break;
  }
  done = true;
  using_it.join();
  opening.join();
}

TEST(ForkedProcess, LeavesAViewOfASet) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  set.add(std::vector{support::item("a", {Hash256{}}), support::item("b", {Hash256{}})});
  struct Out {};
  std::vector<pid_t> children;
  try {
    set.for_each([&](const auto&) {
      children.push_back(::fork());
      if (children.back() == 0) throw Out{};
    });
  } catch (const Out&) {
    ::_exit(3);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << status;
  }
  EXPECT_EQ(children.size(), 2u);
}

// SQLite in it knows of locks that are not its own.
TEST(ForkedProcess, OpensNoSetThatIsOpen) {
  const TemporaryFolder folder;
  std::optional<HashSet> set = HashSet::create(folder / "a.ectype");
  set->add(std::vector{support::item("a", {Hash256{}})});
  const auto open = [&] {
    try {
      return static_cast<int>(HashSet::open(folder / "a.ectype").info().items);
    } catch (const ectype::Error& error) {
      return error.code() == ErrorCode::invalid_argument ? 100 : 101;
    }
  };
  EXPECT_EQ(forked(open), 100);
  const HashSet other = HashSet::create(folder / "b.ectype");
  set.reset();
  EXPECT_EQ(forked(open), 1);
  EXPECT_EQ(other.info().items, 0u);
}

// Nor does it wait for a thread that was opening a file.
TEST(ForkedProcess, OpensFilesWhateverOtherThreadsDid) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "memory of a sanitizer of GCC can hang in a process forked beside threads";
#endif
  const TemporaryFolder folder;
  support::write_file(folder / "rows", "");
  std::optional<HashSet> set =
      HashSet::create(folder / "a.ectype");  // so that files are looked for
  std::atomic<bool> done = false;
  std::thread opening([&] {
    while (!done) AtomicFile{folder / "rows"};
  });
  int failed = 0;
  for (int i = 0; i < support::repeats(300) && failed == 0; ++i)
    failed = forked([&] {
      AtomicFile{folder / "rows"};
      return 0;
    });
  EXPECT_EQ(failed, 0);
  done = true;
  opening.join();
}

// Nothing is written twice, and the temporary file stays that of its process.
TEST(ForkedProcess, LeavesAnOutput) {
  const TemporaryFolder folder;
  std::optional<AtomicFile> file(std::in_place, folder / "rows");
  file->write("one\n");
  std::fflush(stdout);  // of the tests themselves
  const pid_t child = ::fork();
  if (child == 0) {
    const bool refused =
        support::code_of([&] { file->write("child\n"); }) == ErrorCode::invalid_argument &&
        support::code_of([&] { file->commit(); }) == ErrorCode::invalid_argument;
    file.reset();
    std::exit(refused ? 0 : 1);  // NOLINT: as programs end, with what is buffered written out
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  file->write("two\n");
  file->commit();
  EXPECT_EQ(support::read_file(folder / "rows"), "one\ntwo\n");
}

}  // namespace
