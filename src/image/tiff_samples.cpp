#include "image/tiff_samples.hpp"

#include <algorithm>
#include <cstring>

namespace ectype::image {
namespace {

std::uint16_t predictor_of(TIFF* tiff) {
  std::uint16_t predictor = PREDICTOR_NONE;
  // The tag belongs to its codecs; the others do not know it.
  return TIFFGetField(tiff, TIFFTAG_PREDICTOR, &predictor) == 1 ? predictor
                                                                : std::uint16_t{PREDICTOR_NONE};
}

/// Each sample was stored as its difference from the one of the pixel to the left.
template <typename T>
void accumulate(std::span<std::uint8_t> row, std::size_t samples) {
  for (std::size_t i = samples; i < row.size() / sizeof(T); ++i) {
    T left;
    T value;
    std::memcpy(&left, row.data() + (i - samples) * sizeof(T), sizeof(T));
    std::memcpy(&value, row.data() + i * sizeof(T), sizeof(T));
    value = static_cast<T>(value + left);
    std::memcpy(row.data() + i * sizeof(T), &value, sizeof(T));
  }
}

}  // namespace

bool can_finish_tiff_samples(TIFF* tiff, const TiffPixels& pixels) {
  const std::uint32_t bits = pixels.bits;
  switch (predictor_of(tiff)) {
    case PREDICTOR_NONE:
      return true;
    case PREDICTOR_HORIZONTAL:
      return bits == 8 || bits == 16 || bits == 32;
    default:
      return false;
  }
}

void finish_tiff_samples(TIFF* tiff, const TiffPixels& pixels, std::size_t row_bytes,
                         std::span<std::uint8_t> rows) {
  if (pixels.bits >= 16 && TIFFIsByteSwapped(tiff) != 0) {
    const std::size_t width = pixels.bits / 8;
    for (std::size_t at = 0; at + width <= rows.size(); at += width)
      std::reverse(rows.begin() + static_cast<std::ptrdiff_t>(at),
                   rows.begin() + static_cast<std::ptrdiff_t>(at + width));
  }
  if (predictor_of(tiff) != PREDICTOR_HORIZONTAL || row_bytes == 0) return;
  for (std::size_t at = 0; at + row_bytes <= rows.size(); at += row_bytes) {
    const std::span row = rows.subspan(at, row_bytes);
    if (pixels.bits == 8) accumulate<std::uint8_t>(row, pixels.samples);
    if (pixels.bits == 16) accumulate<std::uint16_t>(row, pixels.samples);
    if (pixels.bits == 32) accumulate<std::uint32_t>(row, pixels.samples);
  }
}

}  // namespace ectype::image
