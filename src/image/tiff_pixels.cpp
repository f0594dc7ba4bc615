#include "image/tiff_pixels.hpp"

#include "image/luma.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace ectype::image {
namespace {

constexpr std::size_t kChunk = 256;  // pixels at a time
constexpr std::size_t kMaxUsed = 5;  // CMYK and alpha

using Samples = std::array<std::array<std::uint8_t, kChunk>, kMaxUsed>;

template <typename T>
T load(const std::uint8_t* row, std::uint64_t index) {
  T value;
  std::memcpy(&value, row + index * sizeof(T), sizeof(T));
  return value;
}

/// A sample of up to 32 bits; those of odd widths are packed from the highest bit down.
std::uint32_t load_bits(const std::uint8_t* row, std::uint64_t index, std::uint32_t bits) {
  if (bits == 8) return row[index];
  if (bits == 16) return load<std::uint16_t>(row, index);
  if (bits == 32) return load<std::uint32_t>(row, index);
  const std::uint64_t first = index * bits;
  std::uint64_t value = 0;
  const std::uint64_t last_byte = (first + bits - 1) / 8;
  for (std::uint64_t byte = first / 8; byte <= last_byte; ++byte) value = value << 8 | row[byte];
  value >>= (last_byte + 1) * 8 - (first + bits);
  return static_cast<std::uint32_t>(value & ((std::uint64_t{1} << bits) - 1));
}

std::uint8_t from_float(double value) {
  if (!(value > 0)) return 0;  // also not-a-number
  return static_cast<std::uint8_t>(std::min(value, 1.0) * 255 + 0.5);
}

double from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int mantissa = half & 1023;
  const double size = exponent == 0    ? std::ldexp(mantissa, -24)
                      : exponent == 31 ? (mantissa == 0 ? 2.0 : std::nan(""))
                                       : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

std::uint8_t load_float(const std::uint8_t* row, std::uint64_t index, std::uint32_t bits) {
  if (bits == 16) return from_float(from_half(load<std::uint16_t>(row, index)));
  if (bits == 32) return from_float(static_cast<double>(load<float>(row, index)));
  return from_float(load<double>(row, index));
}

/// Negative values count as 0.
std::uint8_t load_signed(const std::uint8_t* row, std::uint64_t index, std::uint32_t bits) {
  const std::uint32_t value = load_bits(row, index, bits);
  const std::uint32_t top = std::uint32_t{1} << (bits - 1);
  return value >= top ? std::uint8_t{0} : to_8_bits(value, top - 1);
}

/// Samples `first`, `first + step` ... as 8 bits.
void unpack(const TiffPixels& pixels, const std::uint8_t* row, std::uint64_t first,
            std::uint32_t step, std::span<std::uint8_t> out) {
  std::uint64_t index = first;
  const std::uint32_t bits = pixels.bits;
  const std::uint64_t top = (std::uint64_t{1} << std::min(bits, 32u)) - 1;
  for (std::uint8_t& value : out) {
    switch (pixels.number) {
      case TiffPixels::Number::floating:
        value = load_float(row, index, bits);
        break;
      case TiffPixels::Number::signed_integer:
        value = load_signed(row, index, bits);
        break;
      case TiffPixels::Number::unsigned_integer:
        value = bits == 8    ? row[index]
                : bits == 1  ? ((row[index / 8] >> (7 - index % 8) & 1) != 0 ? std::uint8_t{255}
                                                                             : std::uint8_t{0})
                : bits == 16 ? to_8_bits(load<std::uint16_t>(row, index), 0xFFFF)
                             : to_8_bits(load_bits(row, index, bits), top);
        break;
    }
    index += step;
  }
}

/// Inks with the alpha divided out of them.
void unmultiply(Samples& samples, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    const std::uint32_t alpha = samples[4][x];
    if (alpha == 0) continue;
    for (std::size_t ink = 0; ink < 4; ++ink)
      samples[ink][x] = static_cast<std::uint8_t>(
          std::min<std::uint32_t>(255, (samples[ink][x] * 255u + alpha / 2) / alpha));
  }
}

/// CMYK in the first four to RGB in the first three.
void inks_to_rgb(Samples& samples, std::size_t count) {
  std::array<std::uint8_t, 4 * kChunk> cmyk;
  std::array<std::uint8_t, 3 * kChunk> rgb;
  for (std::size_t x = 0; x < count; ++x)
    for (std::size_t ink = 0; ink < 4; ++ink) cmyk[4 * x + ink] = samples[ink][x];
  rgb_from_cmyk(std::span(cmyk).first(4 * count), std::span(rgb).first(3 * count));
  for (std::size_t x = 0; x < count; ++x)
    for (std::size_t c = 0; c < 3; ++c) samples[c][x] = rgb[3 * x + c];
}

void look_up(const TiffPixels& pixels, const std::uint8_t* row, std::uint64_t first,
             std::uint32_t step, Samples& samples, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    const std::size_t entry = load_bits(row, first + x * step, pixels.bits);
    for (std::size_t c = 0; c < 3; ++c) samples[c][x] = pixels.palette[3 * entry + c];
  }
}

void invert(Samples& samples, std::size_t count, const std::array<std::uint8_t, kChunk>* white) {
  for (std::size_t x = 0; x < count; ++x) {
    const std::uint8_t top = white != nullptr ? (*white)[x] : std::uint8_t{255};
    samples[0][x] = static_cast<std::uint8_t>(top - std::min(top, samples[0][x]));
  }
}

}  // namespace

bool TiffPixels::is_supported(Number number, std::uint32_t bits) {
  if (number == Number::floating) return bits == 16 || bits == 32 || bits == 64;
  return (bits >= 1 && bits <= 16) || bits == 32;
}

std::uint32_t TiffPixels::colors() const {
  switch (color) {
    case Color::gray:
    case Color::palette:
      return 1;
    case Color::rgb:
      return 3;
    case Color::cmyk:
      return 4;
  }
  return 1;
}

Channels TiffPixels::channels() const {
  const bool with_alpha = alpha >= 0 && (!premultiplied || color == Color::cmyk);
  if (color == Color::gray) return with_alpha ? Channels::gray_alpha : Channels::gray;
  return with_alpha ? Channels::rgba : Channels::rgb;
}

std::uint64_t TiffPixels::row_bytes(std::uint64_t count) const {
  return (count * bits * (separate ? 1 : samples) + 7) / 8;
}

void TiffPixels::convert(std::span<const std::uint8_t* const> planes, std::size_t count,
                         std::uint8_t* out, std::uint8_t ground) const {
  const std::size_t width = channel_count(channels());
  const bool plain = bits == 8 && number == Number::unsigned_integer && !separate && !inverted &&
                     (color == Color::gray || color == Color::rgb) && samples == width &&
                     (alpha < 0 || static_cast<std::size_t>(alpha) + 1 == width);
  if (plain && !premultiplied) {
    std::memcpy(out, planes[0], count * width);
    return;
  }
  const std::uint32_t step = separate ? 1 : samples;
  const std::size_t first_color = colors();
  const bool composite = premultiplied && alpha >= 0 && color != Color::cmyk;
  Samples values;
  for (std::size_t x = 0; x < count; x += kChunk) {
    const std::size_t part = std::min(kChunk, count - x);
    const auto fetch = [&](std::size_t sample, std::size_t slot) {
      const std::size_t plane = separate ? sample : 0;
      unpack(*this, planes[plane], std::uint64_t{x} * step + (separate ? 0 : sample), step,
             std::span(values[slot]).first(part));
    };
    std::size_t shown = color == Color::palette || color == Color::cmyk ? 3 : first_color;
    if (color == Color::palette) {
      look_up(*this, planes[0], std::uint64_t{x} * step, step, values, part);
    } else {
      for (std::size_t sample = 0; sample < first_color; ++sample) fetch(sample, sample);
    }
    if (alpha >= 0) fetch(static_cast<std::size_t>(alpha), 4);
    if (inverted) invert(values, part, composite ? &values[4] : nullptr);
    if (color == Color::cmyk) {
      if (premultiplied) unmultiply(values, part);
      inks_to_rgb(values, part);
    }
    for (std::size_t i = 0; i < part; ++i) {
      for (std::size_t c = 0; c < shown; ++c)
        *out++ = composite ? over_ground_premultiplied(values[c][i], values[4][i], ground)
                           : values[c][i];
      if (width > shown) *out++ = values[4][i];
    }
  }
}

std::vector<std::uint8_t> tiff_palette(std::span<const std::uint16_t> red,
                                       std::span<const std::uint16_t> green,
                                       std::span<const std::uint16_t> blue) {
  const std::array maps{red, green, blue};
  bool narrow = true;
  for (const auto& map : maps)
    narrow &= std::all_of(map.begin(), map.end(), [](std::uint16_t v) { return v < 256; });
  std::vector<std::uint8_t> palette(3 * red.size());
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < red.size(); ++i)
      palette[3 * i + c] =
          narrow ? static_cast<std::uint8_t>(maps[c][i]) : to_8_bits(maps[c][i], 0xFFFF);
  return palette;
}

}  // namespace ectype::image
