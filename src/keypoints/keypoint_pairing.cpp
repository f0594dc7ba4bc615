#include "keypoints/keypoint_pairing.hpp"

#include "distance/kernels.hpp"
#include "index/hash_blocks.hpp"

#include <algorithm>
#include <tuple>

namespace ectype::keypoints {
namespace {

/// Of one keypoint.
constexpr std::uint8_t kMostPartners = 2;
/// Queries that are looked at together: bounds the buffer of hits.
constexpr std::size_t kTogether = 64;

index::HashBlocks to_blocks(std::span<const Keypoint> points) {
  std::vector<std::uint64_t> words;
  words.reserve(points.size() * Hash128::words);
  for (const Keypoint& point : points)
    for (const std::uint64_t word : point.descriptor.as_words()) words.push_back(word);
  index::HashBlocks blocks(Hash128::words);
  blocks.append(words);
  return blocks;
}

Pairing make_pairing(const Keypoint& query, const Keypoint& reference, std::size_t variant) {
  const int x = reference.x;
  const int angle = is_mirrored(variant) ? kAngles / 2 - reference.angle : reference.angle;
  Pairing pairing{};
  pairing.from = {static_cast<double>(is_mirrored(variant) ? -x : x),
                  static_cast<double>(reference.y)};
  pairing.to = {static_cast<double>(query.x), static_cast<double>(query.y)};
  pairing.turn = (query.angle - angle - (is_inverted(variant) ? kAngles / 2 : 0)) & (kAngles - 1);
  pairing.growth = query.scale - reference.scale;
  return pairing;
}

/// Of pairings in order of distance keeps the nearest few of each keypoint: what looks like many
/// others (stars, stripes) would agree with anything.
void keep_nearest_partners(std::vector<Pairing>& pairings, std::size_t queries,
                           std::size_t references) {
  std::vector<std::uint8_t> of_query(queries);
  std::vector<std::uint8_t> of_reference(references);
  std::erase_if(pairings, [&](const Pairing& pairing) {
    std::uint8_t& here = of_query[pairing.query];
    std::uint8_t& there = of_reference[pairing.reference];
    if (here >= kMostPartners || there >= kMostPartners) return true;
    ++here;
    ++there;
    return false;
  });
}

}  // namespace

std::vector<Hash128> variant_descriptors(const KeypointSignature& query, std::size_t count) {
  count = std::min(count, query.keypoints.size());
  std::vector<Hash128> descriptors;
  descriptors.reserve(count * kKeypointVariants);
  for (std::size_t variant = 0; variant < kKeypointVariants; ++variant) {
    for (std::size_t i = 0; i < count; ++i) {
      Hash128 descriptor = query.keypoints[i].descriptor;
      if (is_mirrored(variant)) descriptor = mirrored(descriptor);
      if (is_inverted(variant)) descriptor = inverted(descriptor);
      descriptors.push_back(descriptor);
    }
  }
  return descriptors;
}

std::vector<Pairing> find_pairings(const KeypointSignature& query,
                                   std::span<const Hash128> descriptors, std::size_t variant,
                                   const KeypointSignature& reference, int radius) {
  const index::HashBlocks blocks = to_blocks(reference.keypoints);
  const auto kernel = distance::kernels().hamming_within[distance::width_index(Hash128::words)];
  const std::vector<std::int32_t> radii(kTogether, radius);
  std::vector<distance::RawHit> hits(blocks.block_count() * distance::kBlockRows * kTogether);
  std::vector<Pairing> pairings;
  for (std::size_t first = 0; first < descriptors.size(); first += kTogether) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(descriptors.data() + first);
    const std::size_t count = std::min(kTogether, descriptors.size() - first);
    const std::size_t found = kernel(blocks.blocks_from(0), blocks.block_count(), words, count,
                                     radii.data(), hits.data());
    for (const distance::RawHit& hit : std::span(hits).first(found)) {
      if (hit.row >= reference.keypoints.size()) continue;  // padding of the last block
      const std::size_t number = first + hit.query;
      Pairing pairing =
          make_pairing(query.keypoints[number], reference.keypoints[hit.row], variant);
      pairing.distance = hit.distance;
      pairing.query = static_cast<std::uint16_t>(number);
      pairing.reference = static_cast<std::uint16_t>(hit.row);
      pairings.push_back(pairing);
    }
  }
  std::sort(pairings.begin(), pairings.end(), [](const Pairing& a, const Pairing& b) {
    return std::tie(a.distance, a.query, a.reference) < std::tie(b.distance, b.query, b.reference);
  });
  keep_nearest_partners(pairings, query.keypoints.size(), reference.keypoints.size());
  return pairings;
}

}  // namespace ectype::keypoints
