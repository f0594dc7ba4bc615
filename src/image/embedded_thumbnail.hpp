#pragma once

#include "image/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ectype::image {

/// EXIF allows 64 KiB; writers that take several segments, or other containers, go beyond.
inline constexpr std::size_t kMaxThumbnailBytes = 1 << 20;

/// A thumbnail that is a file within a file.
struct EmbeddedThumbnail {
  std::string where;                ///< such as "EXIF thumbnail"
  std::vector<std::uint8_t> bytes;  ///< not looked at; fewer than claimed where the file is cut
  int orientation = 0;              ///< EXIF orientation of its own, 1 to 8; 0 where it has none
  std::string problem;              ///< why there are no bytes, if so
};

enum class ExifIn {
  block,     ///< a TIFF structure for metadata only
  tiff_file  ///< where a second directory is a page, unless it says that it is a reduced one
};

/// The JPEG that the second directory of a TIFF structure names; empty where there is none.
std::optional<EmbeddedThumbnail> exif_thumbnail(const ByteSource& source, ExifIn in);

/// The JPEG among the image resources of Photoshop.
std::optional<EmbeddedThumbnail> photoshop_thumbnail(std::span<const std::uint8_t> resources);

/// The image resources in a TIFF file.
std::vector<std::uint8_t> photoshop_resources_of_tiff(const ByteSource& source);

}  // namespace ectype::image
