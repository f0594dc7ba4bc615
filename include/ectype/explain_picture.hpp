#pragma once

#include "ectype/compare.hpp"
#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/signature.hpp"

#include <string>

namespace ectype {

/// How much of two compared pictures `explain_picture` shows.
enum class Sharpness {
  blurred,  ///< gray, of 24 samples along the longest side: shapes, and hardly what they are
  clear,    ///< gray, of 320
};

/// What a comparison stands on, as a PNG file (RGB, 376 pixels high): the query, turned and
/// mirrored as the most telling evidence says, beside the known picture. Yellow lines frame the
/// parts that keypoints find in both, blue lines the content without borders where that was
/// compared. Of GradientGrid a third panel has the cells of its 6 x 6 grid over the part of the
/// known picture that was compared: green where edges agree, red where they differ as much as those
/// of unrelated pictures.
///
/// For people who ask for it: it shows the pictures. `a` and `b` are what `signature_a` and
/// `signature_b` were made from, `comparison` what `compare` says of those. Deterministic and
/// thread-safe. Throws `Error` as `Image::rows` does.
[[nodiscard]] ECTYPE_API std::string explain_picture(const Image& a, const Signature& signature_a,
                                                     const Image& b, const Signature& signature_b,
                                                     const LevelComparison& comparison,
                                                     Sharpness sharpness = Sharpness::blurred);

}  // namespace ectype
