// Levels: what is stored, what is found above `strict`, and why.

#include "support/errors.hpp"
#include "support/framed.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"

#include "ectype/compare.hpp"
#include "ectype/hash_list.hpp"
#include "ectype/hash_set.hpp"
#include "ectype/sign.hpp"
#include "ectype/sign_level.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using ectype::Channels;
using ectype::ErrorCode;
using ectype::HashSet;
using ectype::ItemWithHashes;
using ectype::Level;
using ectype::Match;
using ectype::MatchOptions;
using ectype::Purpose;
using ectype::Region;
using ectype::sign;
using ectype::Signature;
using support::Picture;
using support::TemporaryFolder;

constexpr unsigned kPictures = 12;

Picture known_picture(unsigned seed) { return support::scene(480, 360, Channels::gray, seed); }

ItemWithHashes item(const std::string& name, const Picture& picture, Level level) {
  return make_item({0, name, "", "", "", "", ""}, sign(picture.image(), level, Purpose::store));
}

HashSet known_set(const TemporaryFolder& folder, Level level) {
  HashSet set = HashSet::create(folder / "set.ectype");
  std::vector<ItemWithHashes> items;
  for (unsigned seed = 0; seed < kPictures; ++seed)
    items.push_back(item(std::to_string(seed), known_picture(seed), level));
  set.add(items);
  return set;
}

MatchOptions at(Level level) {
  MatchOptions options;
  options.level = level;
  return options;
}

Picture part_of(const Picture& picture, std::uint32_t left, std::uint32_t top, std::uint32_t width,
                std::uint32_t height) {
  Picture part{width, height, picture.channels, {}};
  for (std::uint32_t y = top; y < top + height; ++y) {
    const auto row = picture.pixels.begin() + y * picture.width + left;
    part.pixels.insert(part.pixels.end(), row, row + width);
  }
  return part;
}

Picture inverted(Picture picture) {
  for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return picture;
}

std::size_t stored_bytes(const ItemWithHashes& entry) {
  std::size_t bytes = 0;
  for (const ectype::StoredHash& hash : entry.hashes) bytes += hash.hash.to_bytes().size();
  return bytes;
}

TEST(Level, NamesAreReadBack) {
  for (const Level level : {Level::strict, Level::standard, Level::thorough})
    EXPECT_EQ(ectype::parse_level(to_string(level)), level);
  EXPECT_EQ(support::code_of([] { static_cast<void>(ectype::parse_level("Strict")); }),
            ErrorCode::invalid_argument);
}

TEST(Level, StoresNoMoreThanItSays) {
  const Picture plain = known_picture(1);
  const Picture bordered = support::framed(plain, {60, 60, 60, 60}, 255);
  for (const Picture* picture : {&plain, &bordered}) {
    EXPECT_EQ(stored_bytes(item("a", *picture, Level::strict)), 32u);
    EXPECT_LE(stored_bytes(item("a", *picture, Level::standard)), 1024u);
    EXPECT_LE(stored_bytes(item("a", *picture, Level::thorough)), 4096u);
    EXPECT_GT(stored_bytes(item("a", *picture, Level::thorough)),
              stored_bytes(item("a", *picture, Level::standard)));
  }
}

TEST(Level, FindsCopiesThatStrictDoesNot) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::standard);
  const Picture original = known_picture(5);
  const std::vector<std::pair<const char*, Picture>> copies{
      {"bordered", support::framed(original, {70, 50, 70, 50}, 0)},
      {"inverted", inverted(original)},
      {"cut", part_of(original, 60, 40, 380, 290)}};
  for (const auto& [what, copy] : copies) {
    EXPECT_TRUE(set.match(sign(copy.image())).empty()) << what;
    const auto found = set.match(sign(copy.image(), Level::standard), at(Level::standard));
    ASSERT_EQ(found.size(), 1u) << what;
    EXPECT_EQ(found[0].item.name, "5") << what;
    ASSERT_TRUE(found[0].false_matches) << what;
    EXPECT_LE(*found[0].false_matches, 1e-6 * kPictures) << what;
    EXPECT_GE(*found[0].false_matches, 1e-9 * kPictures) << what;
  }
}

TEST(Level, TellsHowTheCopyWasMade) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::thorough);
  const auto find = [&](const Picture& copy) {
    const auto found = set.match(sign(copy.image(), Level::thorough), at(Level::thorough));
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Match{} : found[0];
  };
  const Match same = find(known_picture(3));
  EXPECT_EQ(same.recipe.algorithm, "pdq");
  EXPECT_EQ(same.distance, 0);
  EXPECT_EQ(same.further.size(), 2u);

  const Match negative = find(inverted(known_picture(3)));
  EXPECT_TRUE(negative.inverted);

  const Match bordered = find(support::framed(known_picture(3), {70, 50, 70, 50}, 255));
  EXPECT_EQ(bordered.recipe.algorithm, "pdq");
  EXPECT_EQ(bordered.query_region, Region::content);
  EXPECT_EQ(bordered.region, Region::whole);

  const Match cut = find(part_of(known_picture(3), 240, 0, 240, 360));
  ASSERT_TRUE(cut.keypoints);
  EXPECT_EQ(cut.distance, -1);
  EXPECT_GE(cut.keypoints->inliers, 4);
  EXPECT_EQ(cut.transform, ectype::Transform::original);
  // The right half.
  EXPECT_NEAR(cut.keypoints->transform[2], -240 / 360.0, 0.02);
}

TEST(Level, AgreesWithCompare) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::standard);
  const std::vector<Picture> queries{known_picture(2), part_of(known_picture(2), 50, 30, 400, 300),
                                     inverted(known_picture(7)), known_picture(99)};
  for (const Picture& query : queries) {
    const Signature asked = sign(query.image(), Level::standard);
    const auto found = set.match(asked, at(Level::standard));
    for (unsigned seed = 0; seed < kPictures; ++seed) {
      const Signature known = sign(known_picture(seed).image(), Level::standard, Purpose::store);
      const auto comparison = compare(asked, known, at(Level::standard));
      const auto match = std::find_if(found.begin(), found.end(), [&](const Match& each) {
        return each.item.name == std::to_string(seed);
      });
      ASSERT_EQ(comparison.verdict == ectype::Verdict::match, match != found.end()) << seed;
      if (match != found.end()) {
        EXPECT_NEAR(*match->false_matches, comparison.false_matches_per_million * kPictures / 1e6,
                    1e-12);
      }
    }
  }
}

TEST(Level, MoreFalseMatchesAllowedLoseNothing) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::standard);
  const Signature query =
      sign(part_of(known_picture(4), 100, 80, 330, 250).image(), Level::standard);
  std::size_t before = 0;
  for (const double allowed : {1e-3, 1.0, 100.0}) {
    MatchOptions options = at(Level::standard);
    options.false_matches_per_million = allowed;
    const auto found = set.match(query, options);
    EXPECT_GE(found.size(), before);
    before = found.size();
    for (std::size_t i = 1; i < found.size(); ++i)
      EXPECT_LE(*found[i - 1].false_matches, *found[i].false_matches);
  }
}

TEST(Level, ChangesAreSeen) {
  const TemporaryFolder folder;
  HashSet set = known_set(folder, Level::thorough);
  const Signature query = sign(part_of(known_picture(50), 0, 0, 300, 360).image(), Level::thorough);
  EXPECT_TRUE(set.match(query, at(Level::thorough)).empty());
  set.add(std::vector{item("fifty", known_picture(50), Level::thorough)});
  ASSERT_EQ(set.match(query, at(Level::thorough)).size(), 1u);
  EXPECT_EQ(set.match(query, at(Level::thorough))[0].item.name, "fifty");
  set.remove({"fifty", std::nullopt, std::nullopt});
  EXPECT_TRUE(set.match(query, at(Level::thorough)).empty());
  const HashSet again = HashSet::open(set.path(), true);
  EXPECT_TRUE(again.match(query, at(Level::thorough)).empty());
  EXPECT_TRUE(again.verify().empty());
}

TEST(Level, ASetOfPdqAloneIsMatchedByIt) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::strict);
  const Signature query = sign(inverted(known_picture(6)).image(), Level::standard);
  const auto found = set.match(query, at(Level::standard));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].recipe.algorithm, "pdq");
  EXPECT_TRUE(found[0].inverted);
}

TEST(Level, QuarantinedEvidenceAddsMatchesAndAltersNone) {
  const TemporaryFolder folder;
  HashSet set = known_set(folder, Level::standard);
  const Signature query = sign(known_picture(5).image(), Level::standard);
  std::vector<std::int64_t> ids;
  const auto found = set.match(query, at(Level::standard));
  ASSERT_EQ(found.size(), 1u);
  ids.push_back(found[0].hash_id);
  for (const auto& evidence : found[0].further) ids.push_back(evidence.hash_id);
  ASSERT_EQ(ids.size(), 3u);
  // One hash is enough: all of them are of the same picture.
  set.quarantine(std::span(ids).first(1), "a test");
  EXPECT_TRUE(set.match(query, at(Level::standard)).empty());
  MatchOptions options = at(Level::standard);
  options.include_quarantined = true;
  const auto all = set.match(query, options);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].quarantined);
  EXPECT_EQ(all[0].further.size(), 1u);
}

/// Smooth, and so without keypoints.
Picture smooth_picture(unsigned seed) {
  const Picture coarse = support::scene(9, 9, Channels::gray, seed);
  Picture picture = support::flat(256, 256, 0);
  for (std::uint32_t y = 0; y < 256; ++y)
    for (std::uint32_t x = 0; x < 256; ++x) {
      const auto level = [&](std::uint32_t row, std::uint32_t column) {
        return int{coarse.pixels[row * 9 + column]};
      };
      const std::uint32_t row = y / 32, column = x / 32, down = y % 32, right = x % 32;
      const int top = level(row, column) * int(32 - right) + level(row, column + 1) * int(right);
      const int low =
          level(row + 1, column) * int(32 - right) + level(row + 1, column + 1) * int(right);
      picture.pixels[y * 256 + x] =
          static_cast<std::uint8_t>((top * int(32 - down) + low * int(down)) / 1024);
    }
  return picture;
}

TEST(Level, SmoothPicturesDoNotMatchEachOther) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "set.ectype");
  std::vector<ItemWithHashes> items;
  for (unsigned seed = 0; seed < 40; ++seed)
    items.push_back(item(std::to_string(seed), smooth_picture(seed), Level::thorough));
  set.add(items);
  for (const Level level : {Level::standard, Level::thorough})
    for (unsigned seed = 0; seed < 40; ++seed) {
      const auto found = set.match(sign(smooth_picture(seed).image(), level), at(level));
      EXPECT_LE(found.size(), 1u) << seed;
    }
}

TEST(Level, PdqAloneIsJudgedByItsOwnTail) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "set.ectype");
  ItemWithHashes near = item("near", known_picture(1), Level::strict);
  auto words = near.hashes[0].hash.as<ectype::Hash256>().as_words();
  words[0] ^= ~0ull;  // 64 bits
  words[1] ^= 0xFFFFFull;
  near.hashes[0].hash = ectype::Hash256(words);
  set.add(std::vector{near});
  const Signature query = sign(known_picture(1).image(), Level::standard);
  EXPECT_TRUE(set.match(query, at(Level::standard)).empty());  // at 84 of 256
  MatchOptions options = at(Level::standard);
  options.false_matches_per_million = 100;
  const auto found = set.match(query, options);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].distance, 84);
  EXPECT_GT(*found[0].false_matches, 1e-6);
}

TEST(Level, ManyCopiesAreAllFound) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "set.ectype");
  std::vector<ItemWithHashes> items;
  for (int i = 0; i < 100; ++i)
    items.push_back(item(std::to_string(i), known_picture(1), Level::thorough));
  set.add(items);
  const Signature query = sign(part_of(known_picture(1), 0, 0, 240, 360).image(), Level::thorough);
  EXPECT_EQ(set.match(query, at(Level::thorough)).size(), 100u);
}

TEST(Level, OptionsThatContradictAreRefused) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::strict);
  const Signature query = sign(known_picture(1).image());
  const auto refused = [&](auto change) {
    MatchOptions options = at(Level::standard);
    change(options);
    EXPECT_EQ(support::code_of([&] { static_cast<void>(set.match(query, options)); }),
              ErrorCode::invalid_argument);
  };
  refused([](MatchOptions& options) { options.radius = 31; });
  refused([](MatchOptions& options) { options.dihedral = false; });
  refused([](MatchOptions& options) { options.false_matches_per_million = 0; });
  refused([](MatchOptions& options) { options.false_matches_per_million = 101; });
  refused([](MatchOptions& options) { options.min_quality = 101; });
}

TEST(Level, AnExportedSetIsImportedWhole) {
  const TemporaryFolder folder;
  const HashSet set = known_set(folder, Level::thorough);
  for (const auto format : {ectype::ExportFormat::jsonl, ectype::ExportFormat::csv}) {
    std::string text;
    export_hash_list(set, format, [&](std::string_view piece) { text += piece; });
    const ectype::HashList list = ectype::parse_hash_list(text);
    EXPECT_TRUE(list.bad_lines.empty());
    ASSERT_EQ(list.items.size(), kPictures);
    std::size_t i = 0;
    set.for_each([&](const ItemWithHashes& entry) {
      EXPECT_EQ(list.items[i].hashes, entry.hashes);
      EXPECT_EQ(list.items[i++].item.name, entry.item.name);
    });
  }
}

TEST(Level, ASignatureIsReadBack) {
  for (const Purpose purpose : {Purpose::query, Purpose::store}) {
    Signature signature = sign(support::framed(known_picture(1), {70, 50, 70, 50}, 0).image(),
                               Level::thorough, purpose);
    signature.damage = "a text";
    signature.intact = 0.75;
    const std::vector<std::uint8_t> bytes = signature.to_bytes();
    const Signature again = Signature::from_bytes(bytes);
    EXPECT_EQ(again.to_bytes(), bytes);
    EXPECT_EQ(again.damage, signature.damage);
    EXPECT_EQ(again.content, signature.content);
    ASSERT_EQ(again.hashes.size(), signature.hashes.size());
    for (std::size_t i = 0; i < again.hashes.size(); ++i)
      EXPECT_EQ(again.hashes[i].variants, signature.hashes[i].variants);

    // Every byte that is cut or altered gives an error or a signature, never a crash.
    for (std::size_t end = 0; end < bytes.size(); end += 1 + end / 40)
      EXPECT_EQ(support::code_of(
                    [&] { static_cast<void>(Signature::from_bytes(std::span(bytes).first(end))); }),
                ErrorCode::damaged)
          << end;
    for (std::size_t at = 0; at < bytes.size(); at += 1 + at / 60) {
      std::vector<std::uint8_t> altered = bytes;
      altered[at] ^= 0x41;
      try {
        static_cast<void>(Signature::from_bytes(altered));
      } catch (const ectype::Error& error) {
        EXPECT_TRUE(error.code() == ErrorCode::damaged || error.code() == ErrorCode::unsupported);
      }
    }
  }
}

TEST(Level, HashesOfAnotherKindThanTheAlgorithmsAreRefused) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "set.ectype");
  ItemWithHashes entry = item("a", known_picture(1), Level::strict);
  entry.hashes[0].recipe = {"phash", 1, "exact"};
  EXPECT_EQ(support::code_of([&] { set.add(std::vector{entry}); }), ErrorCode::invalid_argument);
  entry.hashes[0].recipe = ectype::Recipe::external("external:other");
  EXPECT_EQ(set.add(std::vector{entry}).added, 1u);
}

TEST(Level, OtherAlgorithmsAreMatchedStrictly) {
  const TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "set.ectype");
  const std::vector<std::string> algorithms{"phash", "gradient_grid", "dhash_256"};
  std::vector<ItemWithHashes> items;
  for (unsigned seed = 0; seed < kPictures; ++seed)
    items.push_back(make_item({0, std::to_string(seed), "", "", "", "", ""},
                              sign(known_picture(seed).image(), algorithms)));
  set.add(items);
  for (const std::string& algorithm : algorithms) {
    const auto found = set.match(sign(known_picture(8).image(), std::span(&algorithm, 1)));
    ASSERT_EQ(found.size(), 1u) << algorithm;
    EXPECT_EQ(found[0].item.name, "8");
    EXPECT_EQ(found[0].recipe.algorithm, algorithm);
  }
  set.save_index();
  EXPECT_EQ(set.info().indexes.size(), 2u);
  ASSERT_EQ(set.info().levels.size(), 3u);
  EXPECT_EQ(set.info().levels[0].items, 0u);
  EXPECT_EQ(set.info().levels[1].items, kPictures);  // by their gradient grids
  EXPECT_TRUE(set.verify().empty());
}

}  // namespace
