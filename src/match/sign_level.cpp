#include "ectype/sign_level.hpp"

#include "ectype/sign.hpp"

#include <utility>

namespace ectype {
namespace {

/// Of a picture with borders, whose content has hashes of its own: 1 KB is for both.
constexpr std::uint32_t kStandardPointsBesideContent = 16;

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
                                level == Level::standard ? kStandardKeypoints : kThoroughKeypoints};
  return options;
}

}  // namespace

Signature sign(const Image& image, Level level, Purpose purpose) {
  Signature signature = sign(image, options_of(level, purpose, image.info()));
  const bool beside = signature.find("pdq", Region::content) != nullptr ||
                      signature.find("gradient_grid", Region::content) != nullptr;
  if (level != Level::standard || purpose != Purpose::store || !beside) return signature;
  for (SignatureHash& hash : signature.hashes) {
    const auto* stored = hash.hash().get_if<KeypointSignature>();
    if (stored == nullptr || stored->keypoints.size() <= kStandardPointsBesideContent) continue;
    KeypointSignature first = *stored;
    first.keypoints.resize(kStandardPointsBesideContent);
    hash.variants = {HashValue(std::move(first))};
  }
  return signature;
}

}  // namespace ectype
