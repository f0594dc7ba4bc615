#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype {

/// A place that is found again in a modified copy: what its surroundings look like, upright and at
/// its own scale, and where it is. 20 bytes where stored.
struct Keypoint {
  /// Signs of the 128 lowest frequencies of the patch around it, in the order of
  /// `kKeypointFrequencies`.
  Hash128 descriptor;
  std::uint16_t x = 0;  ///< in 1024ths of the longest side, from the left; 0 to 1023
  std::uint16_t y = 0;  ///< in 1024ths of the longest side, from the top; 0 to 1023
  std::uint8_t scale =
      0;  ///< in eighths of an octave: 0 is 1.6 / 1024 of the longest side; 0 to 63
  std::uint8_t angle = 0;  ///< of the gradient, in 64ths of a turn from right to down; 0 to 63
  friend bool operator==(const Keypoint&, const Keypoint&) = default;
  friend auto operator<=>(const Keypoint&, const Keypoint&) = default;
};

/// The frequencies along (u) and across (v) the gradient whose signs are the bits of a descriptor.
struct KeypointFrequency {
  std::uint8_t u, v;
};
ECTYPE_API extern const std::array<KeypointFrequency, Hash128::bits> kKeypointFrequencies;

/// The descriptor of the same place in the mirrored picture: bits of odd v change.
[[nodiscard]] ECTYPE_API Hash128 mirrored(const Hash128& descriptor) noexcept;
/// The descriptor of the same place in the inverted picture, whose gradient points the other way:
/// bits of even u + v change.
[[nodiscard]] ECTYPE_API Hash128 inverted(const Hash128& descriptor) noexcept;

/// The keypoints of a picture, the most telling first: the first n of them are what the picture's
/// signature of n keypoints would be. Holds no picture. A regular value.
struct KeypointSignature {
  static constexpr std::size_t kBytesPerKeypoint = 20;
  static constexpr std::size_t kMaxKeypoints = 4096;

  std::uint16_t width = 0;   ///< of the picture, in 1024ths of its longest side; 1 to 1024
  std::uint16_t height = 0;  ///< of the picture, in 1024ths of its longest side; 1 to 1024
  std::vector<Keypoint> keypoints;

  /// A header of 8 bytes and 20 bytes a keypoint; see src/core/keypoint_signature.cpp.
  [[nodiscard]] ECTYPE_API std::vector<std::uint8_t> to_bytes() const;
  /// Strict: what `to_bytes` gives and nothing else. Throws `Error` (damaged; unsupported for
  /// another version).
  [[nodiscard]] ECTYPE_API static KeypointSignature from_bytes(std::span<const std::uint8_t> bytes);

  friend bool operator==(const KeypointSignature&, const KeypointSignature&) = default;
  friend auto operator<=>(const KeypointSignature&, const KeypointSignature&) = default;
};

}  // namespace ectype
