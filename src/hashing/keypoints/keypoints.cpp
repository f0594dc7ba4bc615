#include "ectype/keypoints.hpp"

#include "hashing/keypoints/extract.hpp"
#include "hashing/keypoints/working_picture.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <string>

namespace ectype {
namespace {

constexpr std::uint32_t kReferenceSide = 512;
constexpr std::uint32_t kQuerySide = 1024;
constexpr std::uint32_t kQueryPoints = 512;
constexpr std::uint32_t kSmallestSide = 64;
constexpr std::uint32_t kLargestSide = 2048;

}  // namespace

KeypointOptions KeypointOptions::query(const ImageInfo& info) {
  return {std::clamp(std::max(info.width, info.height), kReferenceSide, kQuerySide), kQueryPoints};
}

KeypointExtractor::KeypointExtractor(const KeypointOptions& options) : options_(options) {
  if (options.longest_side < kSmallestSide || options.longest_side > kLargestSide)
    throw Error(ErrorCode::invalid_argument,
                "longest_side is " + std::to_string(options.longest_side) + "; give 64 to 2048");
  if (options.max_points < 1 || options.max_points > KeypointSignature::kMaxKeypoints)
    throw Error(ErrorCode::invalid_argument,
                "max_points is " + std::to_string(options.max_points) + "; give 1 to 4096");
}

KeypointSignature KeypointExtractor::operator()(const Image& image) const {
  const ImageInfo& info = image.info();
  hashing::WorkingPicture picture(info.width, info.height, info.orientation, options_.longest_side);
  RowReader rows = image.rows();
  for (LumaRow row; rows.next(row);) picture.add(row);
  return hashing::extract_keypoints(picture.finish(), options_.max_points);
}

}  // namespace ectype
