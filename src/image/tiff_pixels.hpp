#pragma once

#include "image/luma.hpp"

#include "ectype/pixels.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ectype::image {

/// How the samples of a TIFF make pixels.
struct TiffPixels {
  enum class Color { gray, palette, rgb, cmyk };
  enum class Number { unsigned_integer, signed_integer, floating };

  Color color = Color::gray;
  Number number = Number::unsigned_integer;
  std::uint32_t bits = 8;     ///< a sample: 1 to 32, or 16, 32 and 64 for floats
  std::uint32_t samples = 1;  ///< a pixel, with the extra ones
  bool separate = false;      ///< one plane a sample
  bool inverted = false;      ///< gray where 0 is white
  int alpha = -1;             ///< which sample; -1 for none
  bool premultiplied = false;
  std::vector<std::uint8_t> palette;  ///< RGB, 2^bits entries

  [[nodiscard]] static bool is_supported(Number number, std::uint32_t bits);
  [[nodiscard]] std::uint32_t colors() const;
  /// Of the converted pixels. Premultiplied ones come composited, without alpha.
  [[nodiscard]] Channels channels() const;
  /// Bytes of `count` pixels in a row of one plane.
  [[nodiscard]] std::uint64_t row_bytes(std::uint64_t count) const;
  /// `planes`: start of the row in each plane (or in the only one), each of row_bytes(count).
  /// `out`: count * channel_count(channels()) bytes. Premultiplied colours come on `ground`.
  void convert(std::span<const std::uint8_t* const> planes, std::size_t count, std::uint8_t* out,
               std::uint8_t ground = kGround) const;
};

/// RGB of 8 bits from a colour map of 16 (or of 8, as old writers store it).
std::vector<std::uint8_t> tiff_palette(std::span<const std::uint16_t> red,
                                       std::span<const std::uint16_t> green,
                                       std::span<const std::uint16_t> blue);

}  // namespace ectype::image
