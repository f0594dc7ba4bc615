#include "ectype/picture_clusters.hpp"

#include "support/errors.hpp"
#include "support/hashes.hpp"
#include "support/pictures.hpp"

#include "ectype/pdq.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace {

using namespace ectype;

ClusterPicture with_transforms(const Hash256& hash) {
  ClusterPicture picture;
  for (const Transform transform : kTransforms)
    picture.variants.push_back(Pdq::transformed(hash, transform));
  return picture;
}

Hash256 flip_bits(const Hash256& hash, int count, std::mt19937_64& random) {
  auto words = hash.as_words();
  for (int i = 0; i < count; ++i) words[random() % 4] ^= std::uint64_t{1} << random() % 64;
  return Hash256(words);
}

/// Families of near hashes, of which half are hashes of a transform, and some equal.
std::vector<ClusterPicture> families(std::size_t count, bool exact, unsigned seed) {
  std::mt19937_64 random(seed);
  const auto origins = support::make_hashes<Hash256>(40, support::Data::uniform, seed);
  std::vector<ClusterPicture> pictures;
  for (std::size_t i = 0; i < count; ++i) {
    const Hash256 near =
        flip_bits(origins[random() % origins.size()], static_cast<int>(random() % 24), random);
    pictures.push_back(with_transforms(
        Pdq::transformed(near, kTransforms[random() % 2 == 0 ? 0 : random() % kTransformCount])));
    if (i % 10 == 9) pictures.back().variants[0] = pictures[i / 2].variants[0];
    if (exact) continue;
    // As those of a DCT, which are not quite those of the hash alone.
    for (std::size_t t = 1; t < kTransformCount; ++t)
      pictures.back().variants[t] = flip_bits(pictures.back().variants[t], 5, random);
  }
  return pictures;
}

bool are_near(const ClusterPicture& a, const ClusterPicture& b, int radius) {
  const auto any = [radius](const ClusterPicture& one, const ClusterPicture& other) {
    return std::any_of(one.variants.begin(), one.variants.end(), [&](const Hash256& variant) {
      return hamming_distance(variant, other.variants[0]) <= radius;
    });
  };
  return any(a, b) || any(b, a);
}

/// The same of pictures of which those of equal originals count as one.
bool are_near_as_one(const std::vector<ClusterPicture>& pictures, std::size_t a, std::size_t b,
                     int radius) {
  const auto equal = [&](std::size_t one, std::size_t other) {
    return pictures[one].variants[0] == pictures[other].variants[0];
  };
  for (std::size_t i = 0; i < pictures.size(); ++i)
    for (std::size_t j = 0; j < pictures.size() && equal(i, a); ++j)
      if (equal(j, b) && are_near(pictures[i], pictures[j], radius)) return true;
  return false;
}

/// The first picture of each one's connected component.
std::vector<std::size_t> components(const std::vector<ClusterPicture>& pictures, int radius) {
  std::vector<std::size_t> first(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    first[i] = i;
    for (std::size_t j = 0; j < i; ++j) {
      if (first[j] == first[i] || !are_near(pictures[i], pictures[j], radius)) continue;
      const auto [low, high] = std::minmax({first[i], first[j]});
      std::replace(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(i) + 1, high, low);
    }
  }
  return first;
}

TEST(PictureClusters, LinkedAreTheComponentsOfABruteForceSearch) {
  for (const unsigned seed : {7u, 8u, 9u, 10u})
    for (const int radius : {0, 8, 24, 31}) {
      const auto pictures = families(400, seed % 2 == 0, seed);
      const auto places = cluster_pictures(pictures, radius, ClusterRule::linked);
      const auto expected = components(pictures, radius);
      ASSERT_EQ(places.size(), pictures.size());
      std::vector<std::size_t> first_of;
      for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].cluster == first_of.size()) first_of.push_back(i);
        ASSERT_EQ(first_of.at(places[i].cluster), expected[i]) << i << " at radius " << radius;
      }
    }
}

TEST(PictureClusters, MedoidsAreNearAllThatTheyTake) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const auto pictures = families(150, false, seed);
    const auto places = cluster_pictures(pictures, 24, ClusterRule::medoid);
    std::vector<std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < places.size(); ++i) {
      members.resize(std::max<std::size_t>(members.size(), places[i].cluster + 1));
      members[places[i].cluster].push_back(i);
    }
    for (const auto& cluster : members) {
      EXPECT_TRUE(std::any_of(cluster.begin(), cluster.end(), [&](std::size_t medoid) {
        return std::all_of(cluster.begin(), cluster.end(), [&](std::size_t member) {
          return are_near_as_one(pictures, medoid, member, 24);
        });
      })) << seed;
      for (const std::size_t member : cluster) EXPECT_EQ(places[member].size, cluster.size());
    }
  }
}

TEST(PictureClusters, SayUnderWhichTransformAPictureIsNearItsRepresentative) {
  const Hash256 hash = support::make_hashes<Hash256>(1, support::Data::uniform, 3)[0];
  for (const Transform transform : kTransforms) {
    // Undoing the transform of the second picture gives the first.
    std::vector<ClusterPicture> pictures{with_transforms(Pdq::transformed(hash, transform)),
                                         with_transforms(hash)};
    pictures[1].pixels = 100;
    const auto undone = [&](const ClusterPlace& place) {
      return Pdq::transformed(pictures[0].variants[0], place.transform) == hash;
    };
    for (const int without : {0, 1, 2}) {  // the variants of neither, of the one, of the other
      auto some = pictures;
      if (without > 0) some[static_cast<std::size_t>(without - 1)].variants.resize(1);
      const auto places = cluster_pictures(some, 0, ClusterRule::medoid);
      EXPECT_EQ(places[0].representative, 1u);
      EXPECT_EQ(places[0].distance, 0);
      EXPECT_TRUE(undone(places[0])) << to_string(transform);
      EXPECT_EQ(places[1].transform, Transform::original);
    }
    for (ClusterPicture& picture : pictures) picture.variants.resize(1);
    const auto upright = cluster_pictures(pictures, 0, ClusterRule::medoid);
    EXPECT_EQ(upright[0].cluster == upright[1].cluster, transform == Transform::original);
  }
}

TEST(PictureClusters, NoneAndOtherNumbersOfHashes) {
  EXPECT_TRUE(cluster_pictures({}, 31, ClusterRule::medoid).empty());
  const std::vector<ClusterPicture> two{{std::vector<Hash256>(2)}};
  EXPECT_EQ(support::code_of([&] { (void)cluster_pictures(two, 31, ClusterRule::medoid); }),
            ErrorCode::invalid_argument);
  const std::vector<ClusterPicture> none(1);
  EXPECT_EQ(support::code_of([&] { (void)cluster_pictures(none, 31, ClusterRule::medoid); }),
            ErrorCode::invalid_argument);
}

TEST(PdqTransformed, IsNearTheVariantsOfThePicture) {
  const auto variants = Pdq{}.variants(support::scene(320, 256, ectype::Channels::gray, 4).image());
  const Hash256& hash = variants[Transform::original];
  for (const Transform transform : kTransforms)
    EXPECT_LE(hamming_distance(Pdq::transformed(hash, transform), variants[transform]), 16)
        << to_string(transform);
  EXPECT_EQ(Pdq::transformed(hash, Transform::original), hash);
  EXPECT_EQ(Pdq::transformed(hash, Transform::flip_plus1), variants[Transform::flip_plus1]);
}

}  // namespace
