#pragma once

#include "keypoints/keypoint_geometry.hpp"

#include "ectype/keypoint_signature.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::keypoints {

/// How a query may show a reference: as it is, mirrored, inverted, both. Bit 0 mirrors, bit 1
/// inverts.
inline constexpr std::size_t kKeypointVariants = 4;
constexpr bool is_mirrored(std::size_t variant) noexcept { return (variant & 1) != 0; }
constexpr bool is_inverted(std::size_t variant) noexcept { return (variant & 2) != 0; }

/// Descriptors of the first `count` keypoints of a query, all of one variant after the other.
[[nodiscard]] std::vector<Hash128> variant_descriptors(const KeypointSignature& query,
                                                       std::size_t count);

/// Steps in a turn in which keypoints give their angle.
inline constexpr int kAngles = 64;

/// A keypoint of the query and one of the reference that look alike.
struct Pairing {
  std::uint32_t distance;
  std::uint16_t query, reference;
  Point from;  ///< in the reference, mirrored where the variant is
  Point to;    ///< in the query
  int turn;    ///< of the query against the reference, in 64ths of a turn
  int growth;  ///< of the query against the reference, in eighths of an octave
};

/// The pairings of one variant within a radius, nearest first, of each keypoint the nearest few.
/// `descriptors`: of the query's keypoints in that variant.
[[nodiscard]] std::vector<Pairing> find_pairings(const KeypointSignature& query,
                                                 std::span<const Hash128> descriptors,
                                                 std::size_t variant,
                                                 const KeypointSignature& reference, int radius);

}  // namespace ectype::keypoints
