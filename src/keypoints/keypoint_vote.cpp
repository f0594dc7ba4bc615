#include "keypoints/keypoint_vote.hpp"

#include "keypoints/keypoint_consensus.hpp"
#include "keypoints/keypoint_pairing.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace ectype::keypoints {
namespace {

constexpr int kParts = 1024;  // of the longest side, in which places are given

struct Box {
  double left, top, right, bottom;
};

/// The box around what the query shows of the reference's plane.
Box shown_by(const KeypointSignature& query, const Similarity& similarity, double mirror) {
  const double scale = similarity.scale2();
  const double right = query.width;
  const double bottom = query.height;
  Box box{1e9, 1e9, -1e9, -1e9};
  for (const Point& corner :
       {Point{0, 0}, Point{right, 0}, Point{0, bottom}, Point{right, bottom}}) {
    const double dx = corner.x - similarity.c;
    const double dy = corner.y - similarity.d;
    const double x = mirror * (similarity.a * dx + similarity.b * dy) / scale;
    const double y = (similarity.a * dy - similarity.b * dx) / scale;
    box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x),
           std::max(box.bottom, y)};
  }
  return box;
}

/// Around the patches of the inliers in the reference, no further than `limits` and its edges.
Box region_of(const KeypointSignature& reference, std::span<const Pairing> pairings,
              const std::vector<std::uint16_t>& inliers, const Box& limits) {
  Box box{1e9, 1e9, -1e9, -1e9};
  for (const std::uint16_t i : inliers) {
    const Keypoint& point = reference.keypoints[pairings[i].reference];
    // Half a patch is 7.5 sigma: 12 parts at scale 0, twice that every 8.
    double half = 12;
    for (int s = 8; s <= point.scale; s += 8) half *= 2;
    box.left = std::min(box.left, point.x - half);
    box.right = std::max(box.right, point.x + half);
    box.top = std::min(box.top, point.y - half);
    box.bottom = std::max(box.bottom, point.y + half);
  }
  return {std::max({box.left, limits.left, 0.0}), std::max({box.top, limits.top, 0.0}),
          std::min({box.right, limits.right, static_cast<double>(reference.width)}),
          std::min({box.bottom, limits.bottom, static_cast<double>(reference.height)})};
}

void describe(const KeypointSignature& query, const KeypointSignature& reference,
              const Similarity& similarity, const Box& box, KeypointMatch& match) {
  const double mirror = match.mirrored ? -1 : 1;
  match.transform = {mirror * similarity.a, -similarity.b, similarity.c / kParts,
                     mirror * similarity.b, similarity.a,  similarity.d / kParts};
  const std::array<Point, 4> corners{
      {{box.left, box.top}, {box.right, box.top}, {box.right, box.bottom}, {box.left, box.bottom}}};
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point there = similarity({mirror * corners[i].x, corners[i].y});
    match.reference_region[i] = {corners[i].x / reference.width, corners[i].y / reference.height};
    match.query_region[i] = {there.x / query.width, there.y / query.height};
  }
}

void require_size(const KeypointSignature& signature) {
  if (signature.width == 0 || signature.height == 0)
    throw Error(
        ErrorCode::invalid_argument,
        "a keypoint signature without width or height: set them, in 1024ths of the longest");
}

}  // namespace

void require_valid(const KeypointVoteOptions& options) {
  if (options.radius < 0 || options.radius > static_cast<int>(Hash128::bits))
    throw Error(ErrorCode::invalid_argument,
                "radius is " + std::to_string(options.radius) + "; give 0 to 128");
  if (!(options.tolerance > 0 && options.tolerance <= 1))
    throw Error(ErrorCode::invalid_argument,
                "tolerance is " + std::to_string(options.tolerance) + "; give more than 0, to 1");
}

KeypointVoter::KeypointVoter(const KeypointSignature& query, const KeypointVoteOptions& options)
    : query_(query),
      options_(options),
      descriptors_(variant_descriptors(query, query.keypoints.size())) {
  require_valid(options);
  require_size(query);
}

KeypointMatch KeypointVoter::operator()(const KeypointSignature& reference) const {
  require_size(reference);
  KeypointMatch best;
  const std::size_t count = query_.keypoints.size();
  for (std::size_t variant = 0; variant < kKeypointVariants; ++variant) {
    const auto descriptors = std::span(descriptors_).subspan(variant * count, count);
    const std::vector<Pairing> pairings =
        find_pairings(query_, descriptors, variant, reference, options_.radius);
    const Consensus consensus = find_consensus(pairings, options_.tolerance * kParts);
    if (consensus.apart <= best.inliers) continue;
    best.inliers = consensus.apart;
    best.mirrored = is_mirrored(variant);
    best.inverted = is_inverted(variant);
    const Box limits = shown_by(query_, consensus.similarity, best.mirrored ? -1 : 1);
    describe(query_, reference, consensus.similarity,
             region_of(reference, pairings, consensus.inliers, limits), best);
  }
  return best;
}

}  // namespace ectype::keypoints

namespace ectype {

KeypointMatch vote(const KeypointSignature& query, const KeypointSignature& reference,
                   const KeypointVoteOptions& options) {
  return keypoints::KeypointVoter(query, options)(reference);
}

}  // namespace ectype
