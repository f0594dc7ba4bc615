#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace ectype::image {

/// What the chunks of a PNG say that libpng is not asked for.
struct PngChunks {
  std::uint32_t frames = 1;  // of an APNG
  bool has_icc_profile = false;
  bool apple = false;  // an iOS variant, not PNG
  /// Content of the first eXIf, empty where it is broken.
  std::optional<std::vector<std::uint8_t>> exif;
};

/// Looks at the chunks' headers only, also behind the picture: exiftool puts eXIf there. A bounded
/// number of them. Throws Error (unreadable) only.
PngChunks scan_png_chunks(const ByteSource& source);

}  // namespace ectype::image
