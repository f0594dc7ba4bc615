#pragma once

#include "hashing/keypoints/working_picture.hpp"

#include "ectype/image.hpp"
#include "ectype/keypoints.hpp"
#include "ectype/signature.hpp"

#include <optional>
#include <span>
#include <string>

namespace ectype::hashing {

/// What a signature holds beside the hashes of the whole picture, made from reduced copies of it
/// while its rows stream through, in any order.
class ReducedPictures {
 public:
  /// Throws `Error` (invalid_argument) for keypoint options out of range.
  ReducedPictures(const ImageInfo& info, bool content,
                  const std::optional<KeypointOptions>& keypoints);

  void add(const LumaRow& row);
  /// After the last row: adds the keypoints, the content region and its hashes, of those of the
  /// algorithms that have any.
  void finish(Signature& signature, std::span<const std::string> algorithms);

 private:
  std::optional<KeypointOptions> keypoints_;
  std::optional<WorkingPicture> for_keypoints_, for_content_;
  bool shared_ = false;  // the keypoints' picture has the size of the content's
};

}  // namespace ectype::hashing
