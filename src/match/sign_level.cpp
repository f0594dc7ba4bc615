#include "ectype/sign_level.hpp"

#include "ectype/keypoints.hpp"
#include "ectype/sign.hpp"

#include <array>
#include <string>

namespace ectype {

Signature sign(const Image& image, Level level, Purpose purpose) {
  if (level == Level::strict) return sign(image);
  const std::array<std::string, 2> algorithms{"pdq", "gradient_grid"};
  Signature signature = sign(image, algorithms);
  KeypointOptions options =
      purpose == Purpose::query ? KeypointOptions::query(image.info()) : KeypointOptions{};
  if (purpose == Purpose::store) options.max_points = level == Level::standard ? 32 : 128;
  const KeypointSignature keypoints = KeypointExtractor(options)(image);
  signature.hashes.push_back(
      {KeypointExtractor::recipe(), Region::whole, {100, false}, {keypoints}});
  return signature;
}

}  // namespace ectype
