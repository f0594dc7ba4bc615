#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace ectype::bench {

/// What libjpeg-turbo alone needs for the gray plane of a JPEG, the floor of a hash of it: default
/// settings, JCS_GRAYSCALE, every row read into one buffer and forgotten. Return the number of
/// rows.
std::uint32_t gray_decode(const std::filesystem::path& path);
std::uint32_t gray_decode(std::span<const std::uint8_t> bytes);

}  // namespace ectype::bench
