#pragma once

#include "image/tiff_pixels.hpp"

#include <cstdint>
#include <span>

#include <tiffio.h>

namespace ectype::image {

/// Does for rows of contiguous samples what libtiff leaves undone where decoding them stops early:
/// the byte order and the horizontal predictor.
void finish_tiff_samples(TIFF* tiff, const TiffPixels& pixels, std::size_t row_bytes,
                         std::span<std::uint8_t> rows);
/// False for the predictors and widths that `finish_tiff_samples` does not know.
bool can_finish_tiff_samples(TIFF* tiff, const TiffPixels& pixels);

}  // namespace ectype::image
