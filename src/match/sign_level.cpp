#include "ectype/sign_level.hpp"

#include "ectype/sign.hpp"

#include <algorithm>

namespace ectype {
namespace {

constexpr std::uint32_t kThoroughPoints = 128;
constexpr std::uint32_t kStandardPoints = 32;
/// Of a picture with borders, whose content has hashes of its own: 1 KB is for both.
constexpr std::uint32_t kStandardPointsBesideContent = 16;
/// The fewest that a vote can be carried by.
constexpr std::size_t kUsefulPoints = 5;

SignOptions options_of(Level level, Purpose purpose, const ImageInfo& info) {
  SignOptions options;
  if (level == Level::strict) return options;
  options.algorithms = {"pdq", "gradient_grid"};
  options.content_region = true;
  options.grounds = purpose == Purpose::query;
  options.keypoints =
      purpose == Purpose::query
          ? KeypointOptions::query(info)
          : KeypointOptions{.max_points =
                                level == Level::standard ? kStandardPoints : kThoroughPoints};
  return options;
}

}  // namespace

Signature sign(const Image& image, Level level, Purpose purpose) {
  Signature signature = sign(image, options_of(level, purpose, image.info()));
  if (!signature.keypoints) return signature;
  KeypointSignature keypoints = std::move(*signature.keypoints);
  signature.keypoints.reset();
  if (level == Level::standard && purpose == Purpose::store && signature.content)
    keypoints.keypoints.resize(
        std::min<std::size_t>(keypoints.keypoints.size(), kStandardPointsBesideContent));
  if (keypoints.keypoints.size() >= kUsefulPoints)
    signature.hashes.push_back({KeypointExtractor::recipe(),
                                Region::whole,
                                {100, false},
                                {HashValue(std::move(keypoints))}});
  return signature;
}

}  // namespace ectype
