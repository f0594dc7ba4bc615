#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <vector>

namespace ectype::image {

/// Pixels of a picture that is put together from others.
struct HeifCanvas {
  std::uint64_t width = 0;
  std::uint64_t height = 0;

  friend bool operator==(const HeifCanvas&, const HeifCanvas&) = default;
};

/// The sizes at which the grids and overlays of the file are put together, as their own data say:
/// libheif allocates these, whatever the `ispe` property, which is the size that it tells. In the
/// order of the file; without those whose boxes do not tell.
std::vector<HeifCanvas> heif_canvases(const ByteSource& source);

}  // namespace ectype::image
