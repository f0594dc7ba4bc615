#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace ectype::image {

struct TiffDirectory;

/// The orientation in a TIFF-structured EXIF block (with or without the "Exif\0\0" prefix), 1 to 8.
/// Empty where the block has none; 0 where it is malformed or the value is out of range, so that
/// the caller can warn and count it as 1.
std::optional<int> exif_orientation(std::span<const std::uint8_t> block);
/// The same of one directory.
std::optional<int> exif_orientation(const TiffDirectory& directory);

}  // namespace ectype::image
