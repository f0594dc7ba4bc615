#include "hashing/keypoints/extract.hpp"

#include "hashing/keypoints/descriptor.hpp"
#include "hashing/keypoints/detector.hpp"
#include "hashing/keypoints/fixed_point.hpp"
#include "hashing/keypoints/orientation.hpp"
#include "hashing/keypoints/scale_space.hpp"
#include "hashing/keypoints/selection.hpp"

#include <algorithm>
#include <cstdint>

namespace ectype::hashing {
namespace {

/// The unit of places and of width and height in a signature: parts of the longest side.
constexpr std::int64_t kParts = 1024;
constexpr int kScaleSteps = kOctaveSteps / 8;
constexpr int kAngles = 64;

/// From 256ths of a pixel, 0 at the centre of the first, to parts of the longest side.
std::uint16_t to_part(std::int32_t at, int longest) {
  const std::int64_t from_edge = at + kSubpixels / 2;
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(
      from_edge * kParts / (std::int64_t{longest} * kSubpixels), 0, kParts - 1));
}

std::uint8_t to_scale(int scale, int longest) {
  const int steps =
      scale - log2_steps(static_cast<std::uint32_t>(longest), static_cast<std::uint32_t>(kParts));
  return static_cast<std::uint8_t>(std::clamp((steps + kScaleSteps / 2) / kScaleSteps, 0, 63));
}

std::uint8_t to_angle(int direction) {
  constexpr int step = kDirections / kAngles;
  return static_cast<std::uint8_t>((direction + step / 2) / step % kAngles);
}

std::uint16_t side_in_parts(int side, int longest) {
  return static_cast<std::uint16_t>(
      std::max<std::int64_t>(1, (side * kParts + longest / 2) / longest));
}

}  // namespace

KeypointSignature extract_keypoints(const Plane& picture, std::size_t max_points) {
  const int longest = std::max(picture.width(), picture.height());
  KeypointSignature signature{
      side_in_parts(picture.width(), longest), side_in_parts(picture.height(), longest), {}};
  const std::vector<Octave> octaves = make_scale_space(picture);
  const std::vector<Extremum> extrema = select_spread(find_extrema(octaves), max_points);
  signature.keypoints.reserve(extrema.size());
  for (const Extremum& extremum : extrema) {
    const int direction = dominant_direction(octaves, extremum);
    signature.keypoints.push_back({describe_patch(octaves, extremum, direction),
                                   to_part(extremum.x, longest), to_part(extremum.y, longest),
                                   to_scale(extremum.scale, longest), to_angle(direction)});
  }
  return signature;
}

}  // namespace ectype::hashing
