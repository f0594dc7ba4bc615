#pragma once

#include <cstddef>
#include <cstdint>

namespace ectype {

/// The meaning of the channels of one pixel, in memory order.
enum class Channels { gray, gray_alpha, rgb, rgba, bgr, bgra };

/// A non-owning view of decoded pixels: any stride (also negative), 8 or 16 bits a channel (host
/// byte order). The memory must outlive the view and every `Image` made from it.
struct PixelView {
  const void* data = nullptr;         ///< first channel of the top-left pixel
  std::uint32_t width = 0;            ///< pixels
  std::uint32_t height = 0;           ///< pixels
  std::ptrdiff_t row_stride = 0;      ///< bytes from a pixel to the one below
  std::ptrdiff_t pixel_stride = 0;    ///< bytes from a pixel to its right neighbour
  std::ptrdiff_t channel_stride = 0;  ///< bytes from a channel to the next
  Channels channels = Channels::gray;
  int bits_per_channel = 8;  ///< 8 or 16
};

}  // namespace ectype
