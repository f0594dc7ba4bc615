#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <vector>

namespace ectype::image {

/// Content of the EXIF chunk of a WebP file, as much of it as is there; empty where there is none.
/// Looks at a bounded number of chunks. Throws Error (unreadable) only.
std::vector<std::uint8_t> read_webp_exif(const ByteSource& source);

}  // namespace ectype::image
