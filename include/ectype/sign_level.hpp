#pragma once

#include "ectype/image.hpp"
#include "ectype/level.hpp"
#include "ectype/signature.hpp"

namespace ectype {

/// What a signature is for. A query holds more than what is stored: more keypoints.
enum class Purpose { query, store };

/// The hashes that a level needs of a picture, from one decode: PDQ; from `Level::standard` on
/// GradientGrid and keypoints too, and all of them of the content within borders. To store, at most
/// 32 bytes at `strict`, 1 KB at `standard`, 4 KB at `thorough`. Damage of the file is reported in
/// the signature, not thrown; else errors as `Image`. Thread-safe.
[[nodiscard]] ECTYPE_API Signature sign(const Image& image, Level level,
                                        Purpose purpose = Purpose::query);

}  // namespace ectype
