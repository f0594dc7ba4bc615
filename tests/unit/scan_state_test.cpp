#include "scan/scan_state.hpp"

#include "scan/result_bytes.hpp"
#include "support/temporary.hpp"

#include "ectype/error.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using support::TemporaryFolder;

Match rich_match() {
  Match match;
  match.item = {7, "na\xFFme", "label", "source", "category", "profile", "notes", {}};
  match.item.digests.sha1.emplace().fill(3);
  match.recipe = Recipe::parse("pdq/external");
  match.query_recipe = Recipe::parse("pdq/1:exact");
  match.distance = 12;
  match.transform = Transform::rotate270;
  match.inverted = true;
  match.query_region = Region::content;
  match.region = Region::on_black;
  match.tolerance = 10;
  match.quality = 77;
  match.least_quality = 55;
  match.damaged = match.quarantined = true;
  match.hash_id = 1'234'567'890'123;
  match.false_matches = 4.25e-7;
  match.exact = DigestKind::sha1;
  match.of_thumbnail = true;
  MatchEvidence& further = match.further.emplace_back();
  further.distance = -1;
  further.recipe = further.query_recipe = Recipe::parse("keypoints/1:dct128");
  KeypointMatch& keypoints = further.keypoints.emplace();
  keypoints.inliers = 19;
  keypoints.mirrored = true;
  keypoints.transform = {0.1, -2, 3, 4, 5, 1e-300};
  keypoints.query_region[2] = {0.25, 1.5};
  return match;
}

FileResult rich_result() {
  FileResult result;
  result.members = {"in\n.zip", "\xFF"};
  result.rows_within = 5;
  result.outcome = Outcome::matched;
  result.reason = "a reason";
  ImageInfo& info = result.info.emplace();
  info.format = Format::heif;
  info.width = 4000;
  info.orientation = 6;
  info.warnings = {"one", "two"};
  FileFacts& facts = result.facts.emplace();
  facts.size = 1ull << 40;
  facts.modified_seconds = -5;
  facts.modified_nanoseconds = 999'999'999;
  facts.digests.md5.emplace().fill(9);
  facts.changed = true;
  result.thumbnail = Thumbnail::differs;
  result.preview = Preview{2, 1, {0, 255}};
  result.recipe = Recipe::parse("pdq/1:exact");
  result.quality = {91, false};
  result.matches = {rich_match(), Match{}};
  result.matches[1].distance = -1;
  return result;
}

TEST(ResultBytes, AreReadAsTheyWereWritten) {
  const auto bytes = scan::row_bytes(rich_result());
  const FileResult read = scan::read_row(bytes);
  EXPECT_EQ(scan::row_bytes(read), bytes);
  EXPECT_EQ(read.members, rich_result().members);
  EXPECT_EQ(read.matches[0].item, rich_match().item);
  EXPECT_EQ(read.matches[0].further[0].keypoints, rich_match().further[0].keypoints);
  EXPECT_EQ(read.matches[0].exact, DigestKind::sha1);
  EXPECT_EQ(read.facts->digests, rich_result().facts->digests);
  EXPECT_EQ(read.preview->gray, rich_result().preview->gray);
}

TEST(ResultBytes, EveryCutIsRefused) {
  auto bytes = scan::row_bytes(rich_result());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(static_cast<void>(scan::read_row(std::span(bytes).first(size))), Error) << size;
  bytes.push_back(0);
  EXPECT_THROW(static_cast<void>(scan::read_row(bytes)), Error);
}

TEST(ScanState, KeepsRowsByPathPlaceAndIdentity) {
  const TemporaryFolder folder;
  const scan::FileIdentity same{"1"};
  {
    scan::ScanState state(folder / "state", "a: 1\nb: 2\n");
    state.put("p\xFF", scan::kWholeFile, same, rich_result());
    for (const std::uint64_t member : {300, 2, 10})
      state.put("p\xFF", scan::member_place(scan::kWholeFile, member), same, {});
    const std::string inner = scan::member_place(scan::kWholeFile, 10);
    state.put("p\xFF", scan::member_place(inner, 7), same, {});
    EXPECT_FALSE(state.find("p\xFF", scan::kWholeFile, same)->from_state);
  }
  scan::ScanState state(folder / "state", "a: 1\nb: 2\n");
  const auto found = state.find("p\xFF", scan::kWholeFile, same);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->from_state);
  EXPECT_EQ(scan::row_bytes(*found), scan::row_bytes(rich_result()));
  EXPECT_EQ(state.rows_within("p\xFF", same), 4u);
  std::vector<std::string> places;
  for (std::string at; !(at = state.place_after("p\xFF", at, same)).empty();) places.push_back(at);
  const std::string inner = scan::member_place(scan::kWholeFile, 10);
  EXPECT_EQ(places,
            (std::vector<std::string>{
                scan::member_place(scan::kWholeFile, 2), scan::member_place(inner, 7), inner,
                scan::member_place(scan::kWholeFile, 300), std::string(scan::kWholeFile)}));
  EXPECT_FALSE(state.find("p\xFF", scan::kWholeFile, {"2"}));
  EXPECT_FALSE(state.find("p", scan::kWholeFile, same));
  EXPECT_EQ(state.rows_within("p\xFF", {"2"}), 0u);
}

TEST(ScanState, NamesTheOptionThatDiffers) {
  const TemporaryFolder folder;
  { const scan::ScanState state(folder / "state", "a: 1\nb: 2\n"); }
  try {
    const scan::ScanState state(folder / "state", "a: 1\nb: 3\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("'b: 2', and now 'b: 3'"), std::string::npos)
        << error.what();
  }
}

TEST(ScanState, IsUsedByManyThreads) {
  const TemporaryFolder folder;
  scan::ScanState state(folder / "state", "x\n");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string path = std::to_string(t) + "/" + std::to_string(i);
        FileResult result;
        result.reason = path;
        state.put(path, scan::kWholeFile, {"1"}, result);
        const auto found = state.find(path, scan::kWholeFile, {"1"});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->reason, path);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(SameBytes, TheStrongestThatBothHaveAndNoneThatDiffers) {
  FileDigests a, b;
  EXPECT_FALSE(same_bytes(a, b));
  a.md5.emplace().fill(1);
  EXPECT_FALSE(same_bytes(a, b));
  b.md5.emplace().fill(1);
  EXPECT_EQ(same_bytes(a, b), DigestKind::md5);
  a.sha256.emplace().fill(2);
  EXPECT_EQ(same_bytes(a, b), DigestKind::md5);
  b.sha256.emplace().fill(2);
  EXPECT_EQ(same_bytes(a, b), DigestKind::sha256);
  b.sha1.emplace().fill(3);
  a.sha1.emplace().fill(4);
  EXPECT_FALSE(same_bytes(a, b));
}

}  // namespace
