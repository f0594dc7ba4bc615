#include "image/exif.hpp"

#include "image/tiff_directory.hpp"

namespace ectype::image {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;

}  // namespace

std::optional<int> exif_orientation(std::span<const std::uint8_t> block) {
  const auto source = open_memory(block);
  const auto directories = TiffDirectories::open(*source);
  if (!directories) return 0;
  const auto directory = directories->read(directories->first());
  return directory ? exif_orientation(*directory) : 0;
}

std::optional<int> exif_orientation(const TiffDirectory& directory) {
  const auto field = directory.find(kOrientationTag);
  if (!field) return directory.cut ? std::optional(0) : std::nullopt;
  const bool valid = field->type == TiffType::number16 && field->value >= 1 && field->value <= 8;
  return valid ? static_cast<int>(field->value) : 0;
}

}  // namespace ectype::image
