#include "ectype/scan.hpp"

#include "scan/ordered_pool.hpp"
#include "scan/walk.hpp"
#include "support/errors.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"

#include "ectype/error.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace ectype;
using support::TemporaryFolder;

std::vector<scan::WalkEntry> walk(const std::vector<std::string>& paths) {
  std::vector<scan::WalkEntry> entries;
  scan::walk(paths, [&](scan::WalkEntry entry) { entries.push_back(std::move(entry)); });
  return entries;
}

TEST(Walk, SortedDepthFirstEachFileOnce) {
  const TemporaryFolder folder;
  const std::string root = folder.path().string();
  std::filesystem::create_directories(folder / "b" / "inner");
  for (const char* name : {"c", "a", "b/2", "b/inner/x", "b/1", "\xFF", "new\nline", "B"})
    support::write_file(folder / name, "x");
  std::vector<std::string> names;
  for (const auto& entry : walk({root + "/"})) names.push_back(entry.path.substr(root.size() + 1));
  EXPECT_EQ(names, (std::vector<std::string>{"B", "a", "b/1", "b/2", "b/inner/x", "c", "new\nline",
                                             "\xFF"}));
}

TEST(Walk, SpecialFilesAndLinksAreOutcomes) {
  const TemporaryFolder folder;
  const std::string root = folder.path().string();
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("..", (folder / "loop").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", (folder / "dangling").c_str()), 0);
  support::write_file(folder / "plain", "x");
  ASSERT_EQ(::symlink("plain", (folder / "link").c_str()), 0);
  const auto entries = walk({root, root + "/link", root + "/missing"});
  ASSERT_EQ(entries.size(), 7u);
  for (const auto& entry : entries) {
    const bool examined = entry.path == root + "/plain" || &entry == &entries[5];
    EXPECT_EQ(entry.outcome.has_value(), !examined) << entry.path;
    EXPECT_EQ(entry.reason.empty(), examined) << entry.path;
  }
  EXPECT_EQ(entries[6].outcome, Outcome::unreadable);
}

TEST(Walk, DeepNestingIsNoRecursion) {
  const TemporaryFolder folder;
  std::string path = folder.path().string();
  for (int i = 0; i < 700; ++i) path += "/dddd";
  std::filesystem::create_directories(path);
  support::write_file(path + "/x", "x");
  EXPECT_EQ(walk({folder.path().string()}).size(), 1u);
}

/// Hands whose work is all in the finishing.
auto hands(std::function<FileResult(scan::WalkEntry&&)> work) {
  return [work] {
    return scan::OrderedPool::Begin([work](scan::WalkEntry&& entry) {
      const auto kept = std::make_shared<scan::WalkEntry>(std::move(entry));
      return scan::OrderedPool::Begun{[work, kept] { return work(std::move(*kept)); },
                                      kept->path.size()};
    });
  };
}

TEST(OrderedPool, ResultsComeInOrderAndErrorsComeOut) {
  for (const unsigned threads : {1u, 4u}) {
    std::vector<std::string> seen;
    scan::OrderedPool pool(
        threads, hands([](scan::WalkEntry&& entry) {
          if (entry.path == "3") ::usleep(20'000);
          FileResult result;
          result.path = entry.path;
          return result;
        }),
        [&](FileResult&& result) { seen.push_back(result.path); }, 2);
    for (int i = 0; i < 500; ++i) pool.submit({std::to_string(i), std::nullopt, {}});
    pool.finish();
    ASSERT_EQ(seen.size(), 500u);
    for (int i = 0; i < 500; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
  }
  scan::OrderedPool failing(
      2, hands([](scan::WalkEntry&&) -> FileResult { throw Error(ErrorCode::storage, "broken"); }),
      [](FileResult&&) {}, 2);
  EXPECT_THROW(
      {
        failing.submit({"x", std::nullopt, {}});
        failing.finish();
      },
      Error);
}

TEST(OrderedPool, OneThatTakesLongHoldsNobodyElseUp) {
  constexpr int count = 5000;
  constexpr int begun_at_most = 8;
  std::atomic<int> examined = 0;
  std::vector<std::string> seen;
  scan::OrderedPool pool(
      2, hands([&](scan::WalkEntry&& entry) {
        // It ends when all others have but those that its thread has begun
        // with; or, so that a failure does not hang, some time later.
        for (int i = 0; entry.path == "0" && examined < count - begun_at_most && i < 10'000; ++i)
          ::usleep(1000);
        FileResult result;
        result.path = entry.path;
        result.reason = std::to_string(examined++);
        return result;
      }),
      [&](FileResult&& result) {
        if (result.path == "0") {
          EXPECT_GE(std::stoi(result.reason), count - begun_at_most);
        }
        seen.push_back(result.path);
      },
      begun_at_most);
  for (int i = 0; i < count; ++i) pool.submit({std::to_string(i), std::nullopt, {}});
  pool.finish();
  ASSERT_EQ(seen.size(), std::size_t{count});
  for (int i = 0; i < count; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(OrderedPool, WhatWaitsForOneThatTakesLongIsBounded) {
  std::atomic<int> examined = 0;
  std::atomic<bool> go_on = false;
  {
    scan::OrderedPool pool(
        2, hands([&](scan::WalkEntry&& entry) {
          for (int i = 0; entry.path == "0" && !go_on && i < 10'000; ++i) ::usleep(1000);
          ++examined;
          FileResult result;
          result.reason.assign(std::size_t{1} << 20, 'x');
          return result;
        }),
        [](FileResult&&) {}, 2);
    std::thread other([&] {
      int before = -1;
      while (before != examined || before == 0) {  // until no more is begun
        before = examined;
        ::usleep(300'000);
      }
      EXPECT_LE(before, 64 + 2 * (64 + 8));  // 64 MiB of results, and what was queued and begun
      go_on = true;
    });
    for (int i = 0; i < 1000; ++i) pool.submit({std::to_string(i), std::nullopt, {}});
    pool.finish();
    other.join();
  }
  EXPECT_EQ(examined, 1000);
}

TEST(OrderedPool, EndsWhenItIsTold) {
  std::atomic<bool> stop = false;
  std::atomic<bool> let_go = false;
  int seen = 0;
  {
    scan::OrderedPool pool(
        2, hands([&](scan::WalkEntry&& entry) {
          // Or, so that a failure does not hang, some time later.
          for (int i = 0; entry.path == "5" && !let_go && i < 20'000; ++i) ::usleep(1000);
          return FileResult{};
        }),
        [&](FileResult&&) { stop = ++seen == 5; }, 2, &stop);
    try {
      for (int i = 0; i < 100; ++i) pool.submit({std::to_string(i), std::nullopt, {}, nullptr});
      pool.finish();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::interrupted);
    }
    EXPECT_THROW(pool.submit({"x", std::nullopt, {}, nullptr}), Error);
    let_go = true;  // what is at work is waited for
  }
  EXPECT_EQ(seen, 5);
}

TEST(Walk, EndsWhenItIsTold) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) std::filesystem::create_directory(folder / name);
  const std::vector<std::string> paths{folder.path().string()};
  const std::atomic<bool> stop = true;
  ScanOptions options;
  options.stop = &stop;
  EXPECT_EQ(support::code_of([&] { examine_tree(paths, options, [](FileResult&&) {}); }),
            ErrorCode::interrupted);
  EXPECT_EQ(count_tree(paths, stop), 0u);
}

TEST(Scan, EveryFileHasOneOutcome) {
  const TemporaryFolder folder;
  const auto jpeg = support::to_jpeg(support::scene(200, 150, Channels::rgb), 90);
  support::write_file(folder / "a.jpg", jpeg);
  support::write_file(folder / "b-cut.jpg", std::span(jpeg).first(jpeg.size() / 2));
  support::write_file(folder / "c-empty.jpg", "");
  support::write_file(folder / "d-text.jpg", "hello");
  support::write_file(folder / "e-flat.pgm", support::to_pnm(support::flat(64, 64, 3)));
  support::write_file(folder / "f-tiny.pgm", support::to_pnm(support::flat(3, 3, 3)));
  support::write_file(folder / "g-bomb.pgm", "P5 99999 99999 255\n");
  const std::pair<const char*, Outcome> expected[] = {{"a.jpg", Outcome::hashed},
                                                      {"b-cut.jpg", Outcome::damaged},
                                                      {"c-empty.jpg", Outcome::unsupported},
                                                      {"d-text.jpg", Outcome::unsupported},
                                                      {"e-flat.pgm", Outcome::low_quality},
                                                      {"f-tiny.pgm", Outcome::low_quality},
                                                      {"g-bomb.pgm", Outcome::over_limit}};
  for (const unsigned threads : {1u, 3u}) {
    ScanOptions options;
    options.threads = threads;
    std::vector<FileResult> results;
    const std::vector<std::string> paths{folder.path().string()};
    examine_tree(paths, options,
                 [&](FileResult&& result) { results.push_back(std::move(result)); });
    ASSERT_EQ(results.size(), std::size(expected));
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].path, (folder / expected[i].first).string());
      EXPECT_EQ(results[i].outcome, expected[i].second) << results[i].reason;
      EXPECT_EQ(results[i].reason.empty(), i == 0);
      EXPECT_EQ(results[i].reason.find(results[i].path), std::string::npos);
    }
    EXPECT_TRUE(results[1].examined());
    EXPECT_TRUE(results[5].signature.hashes.empty());
    EXPECT_FALSE(results[6].examined());
  }
}

TEST(Scan, MatchesAndPassesOnFaultsOfTheSet) {
  const TemporaryFolder folder;
  const auto jpeg = support::to_jpeg(support::scene(200, 150, Channels::rgb), 90);
  support::write_file(folder / "a.jpg", jpeg);
  HashSet set = HashSet::create(folder / "set.ectype");
  set.add(std::vector{make_item({0, "known", "", "", "", "", ""},
                                examine_file((folder / "a.jpg").string()).signature)});
  ScanOptions options;
  options.against = &set;
  const FileResult result = examine_file((folder / "a.jpg").string(), options);
  EXPECT_EQ(result.outcome, Outcome::matched);
  ASSERT_EQ(result.matches.size(), 1u);
  EXPECT_EQ(result.matches[0].item.name, "known");

  options.match.radius = 300;
  EXPECT_THROW(static_cast<void>(examine_file((folder / "a.jpg").string(), options)), Error);
}

TEST(Scan, QualityIsJudgedByWhatMatchingNeeds) {
  const TemporaryFolder folder;
  support::Picture pale = support::scene(64, 64, Channels::gray);
  for (std::uint8_t& pixel : pale.pixels) pixel = static_cast<std::uint8_t>(100 + pixel / 8);
  support::write_file(folder / "a.pgm", support::to_pnm(pale));
  const std::string path = (folder / "a.pgm").string();
  const FileResult plain = examine_file(path);
  const int quality = plain.signature.hashes[0].quality.value;
  ScanOptions options;
  options.match.min_quality = quality + 1;
  EXPECT_EQ(examine_file(path, options).outcome, Outcome::low_quality);
  EXPECT_NE(examine_file(path, options).reason.find(std::to_string(quality + 1) + " are needed"),
            std::string::npos);
}

TEST(Scan, TheSetItselfIsAnOutcome) {
  const TemporaryFolder folder;
  const HashSet set = HashSet::create(folder / "set.ectype");
  ScanOptions options;
  options.against = &set;
  const FileResult result = examine_file((folder / "set.ectype").string(), options);
  EXPECT_EQ(result.outcome, Outcome::unsupported);
  EXPECT_EQ(result.reason, "is in use by ectype itself (a hash set, or the state of a scan)");
}

TEST(Scan, WhatIsTooSmallIsNotDecoded) {
  const TemporaryFolder folder;
  support::write_file(folder / "cut.pgm", "P5 4 100000 255\n");  // decoding would find it cut
  const FileResult result = examine_file((folder / "cut.pgm").string());
  EXPECT_EQ(result.outcome, Outcome::low_quality);
  EXPECT_NE(result.reason.find("4 x 100000"), std::string::npos);
}

TEST(Scan, ListedFilesKeepTheirPlaces) {
  const TemporaryFolder folder;
  support::write_file(folder / "a.pgm", support::to_pnm(support::scene(64, 64, Channels::gray)));
  const std::vector<std::string> paths{(folder / "missing").string(), folder.path().string(),
                                       (folder / "a.pgm").string()};
  const auto results = examine_files(paths);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].outcome, Outcome::unreadable);
  EXPECT_EQ(results[1].outcome, Outcome::unreadable);
  EXPECT_EQ(results[2].outcome, Outcome::hashed);
}

TEST(Scan, AnUnknownAlgorithmIsNoFaultOfTheFile) {
  const support::Picture picture = support::scene(50, 50, ectype::Channels::gray);
  ectype::ScanOptions options;
  for (const std::vector<std::string>& algorithms : {std::vector<std::string>{"md5"}, {}}) {
    options.algorithms = algorithms;
    EXPECT_THROW(static_cast<void>(ectype::examine([&] { return picture.image(); }, options)),
                 ectype::Error);
  }
  options.algorithms = {"dhash", "pdq"};
  const ectype::FileResult result = ectype::examine([&] { return picture.image(); }, options);
  EXPECT_EQ(result.outcome, ectype::Outcome::hashed);
  EXPECT_EQ(result.signature.hashes.size(), 2u);
}

}  // namespace
