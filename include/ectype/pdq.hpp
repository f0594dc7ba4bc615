#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/quality.hpp"
#include "ectype/recipe.hpp"
#include "ectype/transform.hpp"

#include <array>
#include <cstdint>

namespace ectype {

/// `exact`: full resolution, the reference's hash. `fast`: a JPEG may be decoded at a reduced size;
/// within 2 bits of `exact`, and up to a fifth faster.
enum class PdqProfile { exact, fast };

struct PdqResult {
  Hash256 hash;
  Quality quality;
};

/// The hashes of the eight dihedral transforms of one picture, computed from one DCT as the
/// reference does. They differ from the hash of the really transformed picture by 8.6 bits on
/// average.
struct PdqVariants {
  std::array<Hash256, kTransformCount> hashes;
  Quality quality;
  Decoded decoded;
  [[nodiscard]] const Hash256& operator[](Transform transform) const noexcept {
    return hashes[static_cast<std::size_t>(transform)];
  }
};

/// PDQ, the perceptual hash of Meta's ThreatExchange: 256 bits, compared by Hamming distance, a
/// match at 31 or less (inclusive) where both qualities are 50 or more.
///
/// Computed in integers, so the result is the same on every machine. Source: "The TMK+PDQF
/// Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019). A picture with a
/// side under 5 pixels has the zero hash and quality 0, as in the reference. Const and thread-safe.
class ECTYPE_API Pdq {
 public:
  static constexpr int kDefaultRadius = 31;
  static constexpr std::uint32_t kMinSide = 5;

  explicit Pdq(PdqProfile profile = PdqProfile::exact) : profile_(profile) {}

  /// Decodes and hashes. Damage of the file is not an error: see `PdqVariants::decoded`.
  [[nodiscard]] PdqResult operator()(const Image& image) const;
  [[nodiscard]] PdqVariants variants(const Image& image) const;
  [[nodiscard]] Recipe recipe() const;

  /// The hash of a transform of a picture from the picture's hash alone, where there is nothing
  /// else: that of `variants` for `original` and `flip_plus1`, else 7 bits from it on average,
  /// since it takes the median for zero. Keeps Hamming distances.
  [[nodiscard]] static Hash256 transformed(const Hash256& hash, Transform transform);

 private:
  PdqProfile profile_;
};

}  // namespace ectype
