#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ectype::image {

/// A transformative property of a HEIF item.
struct HeifTransform {
  enum class Kind : std::uint8_t {
    rotate,  ///< irot; `value`: quarter turns anti-clockwise, 0 to 3
    mirror,  ///< imir; `value`: 0 swaps top and bottom, 1 swaps left and right
    crop     ///< clap; `value` is 0
  };
  Kind kind = Kind::rotate;
  std::uint8_t value = 0;

  friend bool operator==(const HeifTransform&, const HeifTransform&) = default;
};

/// The transformative properties of an item, of the primary one without `item`, in the order in
/// which they are applied. Of the axis of imir this takes the meaning of ISO/IEC 23008-12:2022, as
/// libheif does; the wording of 2017 could be read the other way. Empty optional where the boxes do
/// not tell: no primary item, two meta boxes, an association to a property that is not there, or
/// boxes that are cut.
std::optional<std::vector<HeifTransform>> heif_transforms(
    const ByteSource& source, std::optional<std::uint32_t> item = std::nullopt);

/// The EXIF orientation (1 to 8) that rotations and mirrors amount to; empty with a crop among
/// them.
std::optional<int> heif_orientation(std::span<const HeifTransform> transforms);

}  // namespace ectype::image
