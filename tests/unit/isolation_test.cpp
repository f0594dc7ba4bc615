#include "ectype/isolation.hpp"

#include "core/locked_files.hpp"
#include "scan/examiner.hpp"
#include "scan/file_facts.hpp"
#include "scan/worker_protocol.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"

#include "ectype/error.hpp"
#include "ectype/sign.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::TemporaryFolder;

ScanOptions isolated(unsigned threads) {
  ScanOptions options;
  options.level = Level::thorough;
  options.threads = threads;
  options.isolation.emplace().worker = ECTYPE_TEST_WORKER;
  return options;
}

std::vector<FileResult> examine_folder(const TemporaryFolder& folder, const ScanOptions& options) {
  std::vector<FileResult> results;
  const std::vector<std::string> paths{folder.path().string()};
  examine_tree(paths, options, [&](FileResult&& result) { results.push_back(std::move(result)); });
  return results;
}

void write_some_pictures(const TemporaryFolder& folder) {
  const auto jpeg = support::to_jpeg(support::scene(300, 200, Channels::rgb), 90, 6);
  support::write_file(folder / "a.jpg", jpeg);
  support::write_file(folder / "b-cut.jpg", std::span(jpeg).first(jpeg.size() / 2));
  support::write_file(folder / "c-text.jpg", "hello");
  support::write_file(folder / "d-bomb.pgm", "P5 99999 99999 255\n");
  for (int i = 0; i < 20; ++i)
    support::write_file(
        folder / ("e" + std::to_string(i) + ".pgm"),
        support::to_pnm(support::scene(90u + static_cast<unsigned>(i), 80, Channels::gray)));
}

TEST(Isolation, ResultsAreThoseOfThisProcess) {
  const TemporaryFolder folder;
  write_some_pictures(folder);
  ScanOptions here = isolated(1);
  here.isolation.reset();
  const std::vector<FileResult> expected = examine_folder(folder, here);
  for (const unsigned threads : {1u, 4u}) {
    ScanOptions options = isolated(threads);
    options.isolation->files_per_worker = threads == 1 ? 3 : 1000;
    const std::vector<FileResult> results = examine_folder(folder, options);
    ASSERT_EQ(results.size(), expected.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].path, expected[i].path);
      EXPECT_EQ(results[i].outcome, expected[i].outcome);
      EXPECT_EQ(results[i].reason, expected[i].reason);
      EXPECT_EQ(results[i].signature.to_bytes(), expected[i].signature.to_bytes());
      // The header, too.
      EXPECT_EQ(scan::to_bytes(scan::WorkerReply{1, results[i]}),
                scan::to_bytes(scan::WorkerReply{1, expected[i]}));
    }
  }
}

TEST(Isolation, MatchesAreMadeByTheParent) {
  const TemporaryFolder folder;
  write_some_pictures(folder);
  const TemporaryFolder elsewhere;
  HashSet set = HashSet::create(elsewhere / "known.ectype");
  const Image known = Image::open(folder / "a.jpg");
  set.add(std::vector{
      make_item({0, "a", "", "", "", "", ""}, sign(known, Level::thorough, Purpose::store))});
  ScanOptions options = isolated(2);
  options.match.level = Level::thorough;
  options.against = &set;
  const std::vector<FileResult> results = examine_folder(folder, options);
  ASSERT_EQ(results[0].matches.size(), 1u);
  EXPECT_EQ(results[0].outcome, Outcome::matched);
}

// A worker may have decoded what was there when it was handed over.
TEST(FileFacts, AreOfTheFileAsItWasHandedOver) {
  const TemporaryFolder folder;
  const std::string path = (folder / "a.pgm").string();
  support::write_file(path, support::to_pnm(support::flat(64, 64, 3)));
  ScanOptions options;
  options.facts = true;
  scan::Examiner examiner(options, 1);
  const auto begin = examiner.hand();
  const auto begun = begin({path, std::nullopt, {}, nullptr});
  support::write_file(path, support::to_pnm(support::flat(64, 80, 3)));
  const FileResult result = begun.finish();
  ASSERT_TRUE(result.facts.has_value());
  EXPECT_TRUE(result.facts->changed);
  EXPECT_NE(result.reason.find("changed while it was read"), std::string::npos) << result.reason;
}

TEST(FileFacts, AFileThatChangesIsNoticed) {
  const TemporaryFolder folder;
  const std::string path = (folder / "file").string();
  const auto facts_after = [&](const std::function<void()>& change) {
    support::write_file(path, "some bytes");
    const ReadDescriptor file(path, O_RDONLY);
    std::string why;
    FileFacts facts = scan::begin_facts(file.get(), why);
    ScanOptions options;
    options.max_digest_bytes = 10;
    scan::add_digests(facts, file.get(), options, why);
    EXPECT_EQ(facts.size, 10u);
    EXPECT_FALSE(facts.digests.empty());
    FileFacts none = scan::begin_facts(file.get(), why);
    options.max_digest_bytes = 9;
    scan::add_digests(none, file.get(), options, why);
    EXPECT_TRUE(none.digests.empty());
    EXPECT_NE(why.find("--max-digest-bytes"), std::string::npos);
    EXPECT_FALSE(scan::has_changed(file.get(), facts));
    change();
    return scan::has_changed(file.get(), facts);
  };
  EXPECT_FALSE(facts_after([] {}));
  EXPECT_TRUE(facts_after([&] { support::write_file(path, "some more bytes"); }));
  EXPECT_TRUE(facts_after([&] { std::filesystem::resize_file(path, 3); }));
  EXPECT_TRUE(facts_after([&] {
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  }));
}

TEST(Isolation, AWorkerThatCannotWorkIsAnError) {
  const TemporaryFolder folder;
  write_some_pictures(folder);
  for (const char* program : {"/absent/ectype-worker", "/bin/true", "/"}) {
    ScanOptions options = isolated(1);
    options.isolation->worker = program;
    try {
      examine_folder(folder, options);
      ADD_FAILURE() << program;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::not_found);
      EXPECT_NE(std::string(error.what()).find(program), std::string::npos);
    }
  }
}

// A decoder that a file has taken over answers what it likes.
TEST(WorkerProtocol, WhateverAWorkerAnswersIsAResultOrAnError) {
  FileResult result;
  result.outcome = Outcome::damaged;
  result.reason = "cut";
  const auto picture = support::scene(300, 200, Channels::rgb);
  result.info = picture.image().info();
  result.info->warnings = {"odd", "very odd"};
  result.signature = sign(picture.image(), Level::thorough, Purpose::query);
  const std::vector<std::uint8_t> bytes = scan::to_bytes(scan::WorkerReply{7, result});
  EXPECT_EQ(scan::to_bytes(scan::read_reply(bytes)), bytes);

  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 50)
    EXPECT_THROW(static_cast<void>(scan::read_reply(std::span(bytes).first(size))), Error) << size;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> changed = bytes;
    for (int flips = 0; flips < 1 + i % 4; ++flips)
      changed[random() % (i % 2 == 0 ? 100 : changed.size())] ^=
          static_cast<std::uint8_t>(1u << random() % 8);
    try {
      static_cast<void>(scan::read_reply(changed));
    } catch (const Error&) {
    }
  }
  for (const Outcome outcome : {Outcome::matched, Outcome::timed_out, Outcome::skipped}) {
    result.outcome = outcome;  // not a worker's to say
    EXPECT_THROW(static_cast<void>(scan::read_reply(scan::to_bytes(scan::WorkerReply{7, result}))),
                 Error);
  }
}

TEST(WorkerProtocol, HashesThatNobodyAskedForAreRefused) {
  const auto picture = support::scene(300, 200, Channels::rgb);
  ScanOptions options;
  options.algorithms = {"pdq", "phash"};
  FileResult result;
  result.signature = sign(picture.image(), options.algorithms, PdqProfile::exact);
  EXPECT_NO_THROW(scan::require_asked_for(result, options));
  FileResult twice = result;
  twice.signature.hashes.push_back(twice.signature.hashes[0]);
  EXPECT_THROW(scan::require_asked_for(twice, options), Error);
  options.algorithms = {"pdq"};
  EXPECT_THROW(scan::require_asked_for(result, options), Error);
  options.level = Level::thorough;
  EXPECT_THROW(scan::require_asked_for(result, options), Error);
  result.signature = sign(picture.image(), Level::thorough, Purpose::query);
  EXPECT_NO_THROW(scan::require_asked_for(result, options));
}

TEST(WorkerProtocol, ATaskArrivesAsItWasSent) {
  ScanOptions options = isolated(2);
  options.algorithms = {"pdq", "phash"};
  options.purpose = Purpose::store;
  options.profile = PdqProfile::fast;
  options.limits.max_pixels = 123'456'789'012;
  options.match.min_quality = 17;
  const scan::WorkerTask task =
      scan::read_task(scan::to_bytes(scan::WorkerTask{options, 1u << 30, false, 4711}));
  EXPECT_EQ(task.max_memory, 1u << 30);
  EXPECT_EQ(task.parent, 4711);
  EXPECT_EQ(task.options.algorithms, options.algorithms);
  EXPECT_EQ(task.options.level, Level::thorough);
  EXPECT_EQ(task.options.purpose, Purpose::store);
  EXPECT_EQ(task.options.profile, PdqProfile::fast);
  EXPECT_EQ(task.options.limits.max_pixels, options.limits.max_pixels);
  EXPECT_EQ(task.options.match.quality_needed(), 17);
}

}  // namespace
