#pragma once

#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/keypoints.hpp"
#include "ectype/pdq.hpp"
#include "ectype/signature.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ectype {

/// What a signature is to hold.
struct SignOptions {
  std::vector<std::string> algorithms{"pdq"};  ///< see `algorithms()`, `parse_algorithms`
  /// `fast` has an effect where PDQ of the whole picture is all that is asked for.
  PdqProfile profile = PdqProfile::exact;
  /// Hashes of the content too, where the picture has uniform borders, letterbox bars, a caption or
  /// a phone's screen round it: of `pdq` and `gradient_grid`, from the same decode. They are made
  /// from the picture reduced to 512 pixels a side (recipe profile "reduced"), and left out where
  /// their quality is too low to match.
  bool content_region = false;
  /// Hashes on white and on black too, of `pdq` and `gradient_grid`, where pixels are transparent.
  /// Decodes pictures with an alpha channel twice more.
  bool grounds = false;
  /// Keypoints too, from the same decode: a hash of the algorithm "keypoints", where there are five
  /// or more.
  std::optional<KeypointOptions> keypoints;
};

/// All that `options` ask for. Hashes of the whole picture come first, in the order of the
/// algorithms, then those of the content, on white, and on black. Algorithms that refuse pictures
/// of this size are left out. Damage of the file is reported in the signature, not thrown. Throws
/// `Error` (invalid_argument) for an unknown algorithm, for nothing to do, and for keypoint options
/// out of range; else errors as `Image`. Thread-safe.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, const SignOptions& options);

/// The PDQ hash of a picture with its query variants. Damage of the file is reported in the
/// signature, not thrown; else errors as `Image`. Thread-safe.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, PdqProfile profile = PdqProfile::exact);

/// The hashes of several algorithms (see `algorithms()`, `parse_algorithms`) from one decode, in
/// their order; those that refuse pictures of this size are left out. `PdqProfile::fast` has an
/// effect where PDQ is the only one. Throws `Error` (invalid_argument) for an unknown algorithm or
/// none.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, std::span<const std::string> algorithms,
                                        PdqProfile profile = PdqProfile::exact);

}  // namespace ectype
