#include "hashing/reduced_pictures.hpp"

#include "hashing/content_region.hpp"
#include "hashing/hashers.hpp"
#include "hashing/keypoints/extract.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace ectype::hashing {
namespace {

constexpr std::uint32_t kContentSide = 512;
/// That a vote can be carried by.
constexpr std::size_t kFewestKeypoints = 5;

/// Thousandths of luma.
std::vector<std::uint32_t> to_milli(const std::uint16_t* row, int width) {
  std::vector<std::uint32_t> milli(static_cast<std::size_t>(width));
  std::transform(row, row + width, milli.begin(),
                 [](std::uint32_t value) { return (value * 1000 + kPlaneOne / 2) / kPlaneOne; });
  return milli;
}

std::vector<SignatureHash> hash_content(const Plane& plane, std::span<const std::string> names) {
  ImageInfo info;
  info.width = static_cast<std::uint32_t>(plane.width());
  info.height = static_cast<std::uint32_t>(plane.height());
  Hashers hashers(names, info);
  for (int y = 0; y < plane.height(); ++y) {
    const std::vector<std::uint32_t> milli = to_milli(plane.row(y), plane.width());
    hashers.add({static_cast<std::uint32_t>(y), {}, milli, {}, {}});
  }
  return hashers.finish(Region::content, "reduced");
}

ContentRectangle in_fractions(const PlaneRectangle& part, const Plane& plane) {
  const double width = plane.width();
  const double height = plane.height();
  return {part.left / width, part.top / height, part.right / width, part.bottom / height};
}

void add_content(Signature& signature, const Plane& plane,
                 std::span<const std::string> algorithms) {
  const std::optional<PlaneRectangle> part = find_content(plane);
  if (!part) return;
  signature.content = in_fractions(*part, plane);
  for (SignatureHash& hash : hash_content(cut_out(plane, *part), algorithms_of_regions(algorithms)))
    if (hash.quality.trusted()) signature.hashes.push_back(std::move(hash));
}

}  // namespace

ReducedPictures::ReducedPictures(const ImageInfo& info, bool content,
                                 const std::optional<KeypointOptions>& keypoints)
    : keypoints_(keypoints) {
  if (keypoints) {
    const KeypointExtractor checks_the_options(*keypoints);
    for_keypoints_.emplace(info.width, info.height, info.orientation, keypoints->longest_side);
  }
  if (!content) return;
  const std::uint32_t side = std::min(kContentSide, std::max(info.width, info.height));
  shared_ = keypoints && keypoints->longest_side == side;
  if (!shared_) for_content_.emplace(info.width, info.height, info.orientation, side);
}

void ReducedPictures::add(const LumaRow& row) {
  if (for_keypoints_) for_keypoints_->add(row);
  if (for_content_) for_content_->add(row);
}

void ReducedPictures::finish(Signature& signature, std::span<const std::string> algorithms) {
  if (for_content_) add_content(signature, for_content_->finish(), algorithms);
  if (!for_keypoints_) return;
  const Plane plane = for_keypoints_->finish();
  if (shared_) add_content(signature, plane, algorithms);
  KeypointSignature found = extract_keypoints(plane, keypoints_->max_points);
  if (found.keypoints.size() >= kFewestKeypoints)
    signature.hashes.push_back(
        {KeypointExtractor::recipe(), Region::whole, {100, false}, {HashValue(std::move(found))}});
}

}  // namespace ectype::hashing
