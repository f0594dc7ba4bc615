#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ectype::image {

/// A PNG file of packed 8-bit RGB pixels, `3 * width * height` bytes. Throws `Error` (storage) if
/// libpng fails.
[[nodiscard]] std::string encode_png(std::span<const std::uint8_t> rgb, std::uint32_t width,
                                     std::uint32_t height);

}  // namespace ectype::image
