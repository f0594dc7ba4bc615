#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <vector>

namespace ectype::image {

/// Metadata in the segments of a JPEG before its first scan.
struct JpegMetadata {
  /// Blocks of EXIF with their prefix. One that takes several segments is put together.
  std::vector<std::vector<std::uint8_t>> exif;
  std::vector<std::uint8_t> photoshop;  ///< image resources, put together
};

/// Takes a bounded number of segments and bytes of them. Throws Error (unreadable) only.
JpegMetadata read_jpeg_metadata(const ByteSource& source);

}  // namespace ectype::image
