#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ectype::bench {

inline constexpr std::uint32_t kPictureWidth = 4000;
inline constexpr std::uint32_t kPictureHeight = 3000;

/// RGB, 4000 x 3000: noise at several scales, as bitty as a photo.
std::vector<std::uint8_t> make_texture();

/// A JPEG file of 12 megapixels: the one that ECTYPE_BENCH_JPEG names or, without it, the texture
/// at quality 90, 4:2:0, in a temporary file that lasts as long as the process.
const std::filesystem::path& test_jpeg();

/// The bytes of a file.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path);

}  // namespace ectype::bench
