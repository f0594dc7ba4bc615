#include "ectype/keypoint_match.hpp"

#include "keypoints/keypoint_geometry.hpp"

#include "ectype/error.hpp"
#include "ectype/keypoint_index.hpp"

#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace {

using ectype::Hash128;
using ectype::Keypoint;
using ectype::KeypointIndex;
using ectype::KeypointMatch;
using ectype::KeypointSearchOptions;
using ectype::KeypointSignature;
using ectype::vote;

Hash128 random_bits(std::mt19937& random) {
  std::uniform_int_distribution<std::uint64_t> word;
  return Hash128({word(random), word(random)});
}

KeypointSignature random_signature(unsigned seed, std::size_t count = 64) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> x(100, 900);
  std::uniform_int_distribution<int> y(100, 600);
  std::uniform_int_distribution<int> small(0, 63);
  KeypointSignature signature{1024, 700, {}};
  for (std::size_t i = 0; i < count; ++i)
    signature.keypoints.push_back({random_bits(random), static_cast<std::uint16_t>(x(random)),
                                   static_cast<std::uint16_t>(y(random)),
                                   static_cast<std::uint8_t>(8 + small(random) / 4),
                                   static_cast<std::uint8_t>(small(random))});
  return signature;
}

/// The signature after a turn by 64ths, a change of size by eighths of an octave and a shift.
KeypointSignature moved(KeypointSignature signature, int turn, int growth, double dx, double dy) {
  const double scale = std::exp2(growth / 8.0);
  const double angle = turn * 2 * std::numbers::pi / 64;
  for (Keypoint& point : signature.keypoints) {
    const double x = point.x - 512;
    const double y = point.y - 350;
    const double there_x = scale * (x * std::cos(angle) - y * std::sin(angle)) + 512 + dx;
    const double there_y = scale * (x * std::sin(angle) + y * std::cos(angle)) + 512 + dy;
    point.x = static_cast<std::uint16_t>(std::lround(there_x));
    point.y = static_cast<std::uint16_t>(std::lround(there_y));
    point.scale = static_cast<std::uint8_t>(point.scale + growth);
    point.angle = static_cast<std::uint8_t>((point.angle + turn) & 63);
  }
  signature.width = signature.height = 1024;
  return signature;
}

KeypointSignature mirrored(KeypointSignature signature) {
  for (Keypoint& point : signature.keypoints) {
    point.x = static_cast<std::uint16_t>(1024 - point.x);
    point.angle = (32 - point.angle) & 63;
    point.descriptor = mirrored(point.descriptor);
  }
  return signature;
}

KeypointSignature inverted(KeypointSignature signature) {
  for (Keypoint& point : signature.keypoints) {
    point.angle = (32 + point.angle) & 63;
    point.descriptor = inverted(point.descriptor);
  }
  return signature;
}

TEST(SimilarityFit, FindsTheSimilarity) {
  ectype::keypoints::SimilarityFit fit;
  ectype::keypoints::Similarity result;
  fit.add({1, 2}, {3, 4});
  EXPECT_FALSE(fit.solve(result));
  const ectype::keypoints::Similarity expected{0.6, -1.1, 20, -7};
  fit = {};
  for (const ectype::keypoints::Point p : {ectype::keypoints::Point{0, 0}, {10, 3}, {-4, 7}, {2, -9}})
    fit.add(p, expected(p));
  ASSERT_TRUE(fit.solve(result));
  EXPECT_NEAR(result.a, expected.a, 1e-12);
  EXPECT_NEAR(result.b, expected.b, 1e-12);
  EXPECT_NEAR(result.c, expected.c, 1e-12);
  EXPECT_NEAR(result.d, expected.d, 1e-12);
}

TEST(KeypointVote, FindsTheTransformAndTheRegions) {
  const KeypointSignature reference = random_signature(1);
  for (const auto& [turn, growth] : {std::pair{0, 0}, {7, -4}, {16, 0}, {32, -8}, {50, -2}}) {
    const KeypointMatch match = vote(moved(reference, turn, growth, 20, -30), reference);
    EXPECT_GE(match.inliers, 45) << turn;
    EXPECT_FALSE(match.mirrored);
    EXPECT_FALSE(match.inverted);
    const double scale = std::exp2(growth / 8.0);
    const double angle = turn * 2 * std::numbers::pi / 64;
    EXPECT_NEAR(match.transform[0], scale * std::cos(angle), 0.01);
    EXPECT_NEAR(match.transform[3], scale * std::sin(angle), 0.01);
    for (std::size_t i = 0; i < 4; ++i) {
      // The corners correspond by the transform.
      const double x = match.reference_region[i].x;
      const double y = match.reference_region[i].y * 700 / 1024;
      EXPECT_NEAR(match.query_region[i].x,
                  match.transform[0] * x + match.transform[1] * y + match.transform[2], 1e-9);
      EXPECT_NEAR(match.query_region[i].y,
                  match.transform[3] * x + match.transform[4] * y + match.transform[5], 1e-9);
      EXPECT_GE(x, 0);
      EXPECT_LE(x, 1);
    }
  }
}

TEST(KeypointVote, KnowsMirroredAndInvertedQueries) {
  const KeypointSignature reference = random_signature(2);
  const KeypointSignature turned = moved(reference, 5, -3, 0, 0);
  for (const bool mirror : {false, true}) {
    for (const bool invert : {false, true}) {
      KeypointSignature query = mirror ? mirrored(turned) : turned;
      if (invert) query = inverted(query);
      const KeypointMatch match = vote(query, reference);
      EXPECT_GE(match.inliers, 45);
      EXPECT_EQ(match.mirrored, mirror);
      EXPECT_EQ(match.inverted, invert);
      const auto& t = match.transform;
      EXPECT_EQ(t[0] * t[4] - t[1] * t[3] < 0, mirror);
    }
  }
}

TEST(KeypointVote, GivesTheRegionOfAPart) {
  KeypointSignature reference = random_signature(3, 128);
  KeypointSignature query = reference;
  std::erase_if(query.keypoints, [](const Keypoint& p) { return p.x > 400 || p.y > 400; });
  const KeypointMatch match = vote(query, reference);
  ASSERT_GE(match.inliers, 5);
  EXPECT_GT(match.reference_region[2].x, 0.3);
  EXPECT_LT(match.reference_region[2].x, 0.6);
  EXPECT_LT(match.reference_region[2].y, 0.8);
}

TEST(KeypointVote, UnrelatedPicturesDoNotAgree) {
  EXPECT_LT(vote(random_signature(4), random_signature(5)).inliers, 2);
  // Nor do places that look alike but lie elsewhere.
  KeypointSignature query = random_signature(4);
  const KeypointSignature other = random_signature(5);
  for (std::size_t i = 0; i < query.keypoints.size(); ++i)
    query.keypoints[i].descriptor = other.keypoints[i].descriptor;
  EXPECT_LT(vote(query, other).inliers, 5);
}

TEST(KeypointVote, RepeatedTextureAgreesWithNothing) {
  // As stars do: one descriptor everywhere.
  KeypointSignature a = random_signature(6, 128);
  KeypointSignature b = random_signature(7, 128);
  for (KeypointSignature* each : {&a, &b})
    for (Keypoint& point : each->keypoints) {
      point.descriptor = {};
      point.angle = 0;
      point.scale = 10;
    }
  EXPECT_LT(vote(a, b).inliers, 5);
}

TEST(KeypointVote, CountsPlacesOnce) {
  // Many keypoints at two places are two inliers at most.
  KeypointSignature signature = random_signature(8, 60);
  for (std::size_t i = 0; i < signature.keypoints.size(); ++i) {
    signature.keypoints[i].x = static_cast<std::uint16_t>(i % 2 == 0 ? 200 + i % 3 : 700 + i % 3);
    signature.keypoints[i].y = 300;
  }
  EXPECT_LE(vote(signature, signature).inliers, 2);
}

TEST(KeypointVote, EmptySignaturesHaveNothingInCommon) {
  const KeypointSignature empty{1024, 700, {}};
  EXPECT_EQ(vote(empty, random_signature(1)).inliers, 0);
  EXPECT_EQ(vote(random_signature(1), empty).inliers, 0);
}

TEST(KeypointVote, RefusesOptionsOutOfRange) {
  const KeypointSignature signature = random_signature(1);
  for (const ectype::KeypointVoteOptions& options :
       {ectype::KeypointVoteOptions{-1, 0.01}, {129, 0.01}, {33, 0}, {33, 1.5}, {33, NAN}})
    EXPECT_THROW((void)vote(signature, signature, options), ectype::Error);
}

TEST(KeypointIndex, FindsWhatTheVoteFinds) {
  std::vector<KeypointSignature> pictures;
  for (unsigned i = 0; i < 200; ++i) pictures.push_back(random_signature(100 + i, 128));
  KeypointIndex index;
  EXPECT_TRUE(index.match(pictures[3]).empty());
  EXPECT_EQ(index.add(std::span(pictures).first(150)), 0u);
  EXPECT_EQ(index.add(std::span(pictures).subspan(150)), 150u);
  EXPECT_EQ(index.size(), 200u);
  std::vector<KeypointSignature> queries;
  for (const unsigned i : {0u, 77u, 199u})
    queries.push_back(mirrored(moved(pictures[i], 3, -2, 10, 5)));
  queries.push_back(random_signature(9999));
  const auto hits = index.match(queries);
  ASSERT_EQ(hits.size(), 3u);
  for (std::uint32_t q = 0; q < 3; ++q) {
    EXPECT_EQ(hits[q].query, q);
    EXPECT_EQ(hits[q].picture, (std::array{0u, 77u, 199u})[q]);
    EXPECT_EQ(hits[q].match, vote(queries[q], pictures[hits[q].picture]));
  }
}

TEST(KeypointIndex, FindsEachOfManyCopies) {
  const KeypointSignature picture = random_signature(1, 128);
  const std::vector<KeypointSignature> copies(50, picture);
  KeypointIndex index;
  index.add(copies);
  const auto hits = index.match(picture);
  ASSERT_EQ(hits.size(), 50u);
  for (std::size_t i = 0; i < hits.size(); ++i) EXPECT_EQ(hits[i].picture, i);
}

TEST(KeypointIndex, PassesOverWhatCallsUpTooMany) {
  std::vector<KeypointSignature> pictures;
  for (unsigned i = 0; i < 20; ++i) pictures.push_back(random_signature(100 + i));
  const Hash128 star = random_signature(1).keypoints[0].descriptor;
  for (KeypointSignature& each : pictures) each.keypoints[0].descriptor = star;
  KeypointIndex index;
  index.add(pictures);
  KeypointSignature query = random_signature(555, 1);
  query.keypoints[0].descriptor = star;
  KeypointSearchOptions options;
  options.max_pictures_a_descriptor = 19;
  EXPECT_TRUE(index.match(query, options).empty());
  // What else it shows is found all the same.
  options.max_candidates = 1;
  query = pictures[7];
  const auto hits = index.match(query, options);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].picture, 7u);
}

TEST(KeypointIndex, RefusesOptionsOutOfRange) {
  const KeypointIndex index;
  const KeypointSignature query = random_signature(1);
  KeypointSearchOptions options;
  options.radius = 33;
  EXPECT_THROW((void)index.match(query, options), ectype::Error);
  options = {};
  options.min_calls = 0;
  EXPECT_THROW((void)index.match(query, options), ectype::Error);
  options = {};
  options.min_inliers = 1;
  EXPECT_THROW((void)index.match(query, options), ectype::Error);
  options = {};
  options.vote.tolerance = 0;
  EXPECT_THROW((void)index.match(query, options), ectype::Error);
}

}  // namespace
