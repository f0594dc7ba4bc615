#pragma once

#include "image/byte_source.hpp"

#include <array>
#include <cstdint>

namespace ectype::image {

enum class BmpCoding : std::uint8_t { plain, rle4, rle8, masks };

/// One channel of a pixel of 16 or 32 bits.
struct BmpMask {
  std::uint32_t bits = 0;  // 0: the channel is not there
  int shift = 0;
  std::uint32_t max = 0;  // value of the channel when all its bits are set
};

struct BmpHeader {
  const char* problem = nullptr;  // why it cannot be decoded; null: it can
  bool unsupported = false;       // the problem is a kind that is not built in, not damage
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool top_down = false;
  int bits_per_pixel = 0;
  BmpCoding coding = BmpCoding::plain;
  std::array<BmpMask, 4> masks{};  // red, green, blue, alpha
  std::uint64_t palette_offset = 0;
  std::uint32_t palette_entry_bytes = 4;
  std::uint32_t palette_count = 0;
  std::uint64_t data_offset = 0;
};

/// Core, OS/2, info, V4 and V5 headers. Throws Error (unreadable) only.
BmpHeader read_bmp_header(const ByteSource& source);

}  // namespace ectype::image
