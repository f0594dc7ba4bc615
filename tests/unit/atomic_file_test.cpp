#include "ectype/atomic_file.hpp"

#include "support/temporary.hpp"

#include "ectype/error.hpp"
#include "ectype/hash_set.hpp"
#include "ectype/report.hpp"

#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using ectype::AtomicFile;
using support::TemporaryFolder;

std::size_t files_in(const TemporaryFolder& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++count;
  return count;
}

TEST(AtomicFile, AppearsWholeOnCommitForItsOwnerOnly) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "rows");
  file.write("one\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "rows"));
  file.write("two\n");
  file.commit();
  EXPECT_EQ(support::read_file(folder / "rows"), "one\ntwo\n");
  EXPECT_EQ(support::mode_of(folder / "rows"), 0600u);
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  support::write_file(folder / "rows", "{\"path\":1}\n");
  {
    AtomicFile file(folder / "rows");
    file.write("new");
  }
  EXPECT_EQ(support::read_file(folder / "rows"), "{\"path\":1}\n");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, ManyThreadsMayWriteTheSameFile) {
  const TemporaryFolder folder;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        AtomicFile file(folder / "rows");
        file.write("{\"path\":" + std::to_string(t) + "}\n");
        EXPECT_NO_THROW(file.commit());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(support::read_file(folder / "rows").substr(0, 8), "{\"path\":");
  EXPECT_EQ(files_in(folder), 1u);
}

// As a container leaves it, where every process has the same number.
TEST(AtomicFile, WhatAKilledProcessLeftIsNotInTheWay) {
  const TemporaryFolder folder;
  const std::string left = "rows." + std::to_string(::getpid()) + ".tmp";
  support::write_file(folder / left.c_str(), "half");
  AtomicFile file(folder / "rows");
  file.write("new");
  file.commit();
  EXPECT_EQ(support::read_file(folder / "rows"), "new");
  EXPECT_EQ(support::read_file(folder / left.c_str()), "half");
}

TEST(AtomicFile, ReplacesOutputsAndWritesThroughLinks) {
  const TemporaryFolder folder;
  for (const std::string& old :
       {std::string(), std::string("{\"path\":\"a\"}\n"), std::string("{\"item\":\"a\"}\n"),
        std::string("path,path_base64,outcome,reason\r\n"),
        std::string("item,item_base64,label\r\n"), ectype::scan_header_table(),
        std::string(64, 'a') + "\n", std::string("# unsupported: a: not a picture\n")}) {
    support::write_file(folder / "old", old);
    AtomicFile file(folder / "old");
    file.write("new");
    file.commit();
    EXPECT_EQ(support::read_file(folder / "old"), "new") << old;
    std::filesystem::remove(folder / "old");
  }
  support::write_file(folder / "rows", "");
  std::filesystem::create_symlink("rows", folder / "link");
  AtomicFile file(folder / "link");
  file.write("new");
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(support::read_file(folder / "rows"), "new");
}

TEST(AtomicFile, WhatIsNoOutputOfOursIsNotReplaced) {
  const TemporaryFolder folder;
  const ectype::HashSet open = ectype::HashSet::create(folder / "set");
  static_cast<void>(ectype::HashSet::create(folder / "closed set"));
  support::write_file(folder / "a.pgm", "P2 2 2 255\n1 2 3 4\n");
  support::write_file(folder / "notes", "call the lab\n");
  support::write_file(folder / "digits", std::string(64, 'a') + " and more\n");
  support::write_file(folder / "script", "# a comment\nrm x\n");
  support::write_file(folder / "letter.rtf", "{\\rtf1 Dear}");
  support::write_file(folder / "chat.json", "{\"messages\":[]}\n");
  support::write_file(folder / "files.csv", "path,size,md5\n");
  support::write_file(folder / "prices.csv", "item,price\n");
  support::write_file(folder / "a.jpg", std::string_view("\xFF\xD8\xFF\xE0\0\x10JFIF", 10));
  for (const char* name : {"set", "closed set", "a.jpg", "a.pgm", "notes", "digits", "script",
                           "letter.rtf", "chat.json", "files.csv", "prices.csv"}) {
    const std::string before = support::read_file(folder / name);
    try {
      AtomicFile file(folder / name);
      FAIL() << "no error";
    } catch (const ectype::Error& error) {
      EXPECT_EQ(error.code(), ectype::ErrorCode::already_exists);
    }
    EXPECT_EQ(support::read_file(folder / name), before);
  }
}

TEST(AtomicFile, APipeHasEachRowAtOnce) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const int reader = ::open((folder / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  AtomicFile file(folder / "pipe");
  file.write("one\n");
  char row[8];
  EXPECT_EQ(::read(reader, row, sizeof row), 4);
  ::close(reader);
}

// Nothing that was written after a gap is put in place.
TEST(AtomicFile, WhatCouldNotBeWrittenIsNeverCommitted) {
  const TemporaryFolder folder;
  const auto commits_at_last = [&] {
    const rlimit little{4096, RLIM_INFINITY};
    const rlimit enough{RLIM_INFINITY, RLIM_INFINITY};
    ::signal(SIGXFSZ, SIG_IGN);
    AtomicFile file(folder / "rows");
    ::setrlimit(RLIMIT_FSIZE, &little);
    try {
      file.write(std::string(1 << 20, 'x'));
      return 1;
    } catch (const ectype::Error&) {
    }
    ::setrlimit(RLIMIT_FSIZE, &enough);
    try {
      file.commit();
      return 2;
    } catch (const ectype::Error&) {
      return 0;
    }
  };
  const pid_t child = ::fork();  // which the limits end with
  if (child == 0) ::_exit(commits_at_last());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "rows"));
}

TEST(AtomicFile, DevicesAreWrittenToAndFullOnesSaySo) {
  AtomicFile null("/dev/null");
  null.write("x");
  null.commit();
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));

  AtomicFile full("/dev/full");
  EXPECT_THROW(full.write("x"), ectype::Error);
  EXPECT_THROW(full.commit(), ectype::Error) << "what is missing stays so";
  EXPECT_THROW(AtomicFile("/nonexistent/rows"), ectype::Error);
}

}  // namespace
