#pragma once

#include "ectype/byte_hash.hpp"
#include "ectype/export.hpp"
#include "ectype/image.hpp"
#include "ectype/quality.hpp"
#include "ectype/recipe.hpp"
#include "ectype/transform.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ectype {

struct GradientGridResult;
struct GradientGridVariants;

/// GradientGrid: where in the picture edges of which direction lie. 288 bytes, compared by squared
/// L2 distance; survives crops and small rotations that PDQ does not, PDQ survives more text.
///
/// A cell of a 6 x 6 grid counts the gradients of 8 directions, as HOG and SIFT do (Dalal and
/// Triggs 2005, Lowe 2004), of the picture reduced to 96 x 96; the square roots (Arandjelovic and
/// Zisserman 2012), less their mean, are clipped, weighted towards the centre, and scaled to one
/// length around 128. All in integers: the same on every machine. It is an algorithm of this
/// library, compatible with no other.
///
/// A mirrored or turned picture, and an inverted one, has exactly the permuted bytes (as long as
/// its pixels are exactly those: a codec between moves them a little).
///
/// Quality: the mean change over two of the 96 x 96 samples, 100 where it is 2 of 255 levels or
/// more. Degenerate where that is under half a level, where three quarters of the sums are zero,
/// and where a pattern, such as stripes, is the same in all cells. A picture with a side under 32
/// pixels has the zero hash and quality 0. Const and thread-safe.
class ECTYPE_API GradientGrid {
 public:
  static constexpr std::size_t kCells = 6;  ///< along each axis
  static constexpr std::size_t kDirections = 8;
  static constexpr std::size_t kBytes = kCells * kCells * kDirections;
  static constexpr std::uint32_t kDefaultRadius = 150'000;  ///< squared L2
  static constexpr std::uint32_t kMinSide = 32;
  using Hash = ByteHash<kBytes>;

  /// The byte of a cell, from the top left one, and of a direction: 0 for what grows brighter to
  /// the right, 2 downwards, 4 to the left, 6 upwards, the diagonals between. Four neighbouring
  /// cells stand together, so that the means of four bytes tell `ByteIndex` much.
  [[nodiscard]] static constexpr std::size_t byte_of(std::size_t row, std::size_t column,
                                                     std::size_t direction) noexcept {
    const std::size_t block = row / 2 * (kCells / 2) + column / 2;
    return (block * kDirections + direction) * 4 + row % 2 * 2 + column % 2;
  }

  /// Decodes and hashes. Damage of the file is not an error: see `GradientGridVariants::decoded`.
  [[nodiscard]] GradientGridResult operator()(const Image& image) const;
  [[nodiscard]] GradientGridVariants variants(const Image& image) const;
  [[nodiscard]] Recipe recipe() const;

  /// Byte i of the hash of a transformed picture is byte permutations()[t * kBytes + i] of the hash
  /// of the picture: 16 permutations, those of `kTransforms` and, from t = 8 on, those of the
  /// inverted picture in the same order. For `permute_variants`.
  [[nodiscard]] static std::span<const std::uint16_t> permutations() noexcept;
  /// The hash of the transformed, and maybe inverted, picture from that of the picture.
  [[nodiscard]] static Hash permuted(const Hash& hash, Transform transform, bool inverted = false);
};

struct GradientGridResult {
  GradientGrid::Hash hash;
  Quality quality;
};

/// The hashes of the eight dihedral transforms of one picture.
struct GradientGridVariants {
  std::array<GradientGrid::Hash, kTransformCount> hashes;
  Quality quality;
  Decoded decoded;
  [[nodiscard]] const GradientGrid::Hash& operator[](Transform transform) const noexcept {
    return hashes[static_cast<std::size_t>(transform)];
  }
};

}  // namespace ectype
