#include "image/png_chunks.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace ectype::image {
namespace {

constexpr std::uint32_t kMaxChunks = 1 << 16;
constexpr std::uint32_t kMaxExifBytes = 4 << 20;
constexpr std::uint32_t kMaxChunkBytes = 0x7FFFFFFF;
constexpr std::uint32_t kFrame = 12;  // size and type before the content, checksum behind it

constexpr std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[i];
  return value;
}

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc % 2 == 1 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

/// Empty where it is cut, too large or its checksum is wrong.
std::vector<std::uint8_t> read_exif(const ByteSource& source, std::uint64_t offset,
                                    std::uint32_t size) {
  if (size > kMaxExifBytes || offset + size + kFrame > source.size()) return {};
  // The checksum covers the type too.
  std::vector<std::uint8_t> bytes(std::size_t{size} + kFrame - 4);
  if (source.read_at(offset + 4, bytes) < bytes.size()) return {};
  const auto covered = std::span(bytes).first(std::size_t{size} + 4);
  if (crc32(covered) != big_endian(std::span(bytes).last(4))) return {};
  return {covered.begin() + 4, covered.end()};
}

}  // namespace

PngChunks scan_png_chunks(const ByteSource& source) {
  PngChunks chunks;
  std::uint64_t offset = 8;
  bool picture_seen = false;
  for (std::uint32_t i = 0; i < kMaxChunks; ++i) {
    std::array<std::uint8_t, kFrame> head{};
    if (source.read_at(offset, head) < head.size()) break;
    const std::uint32_t size = big_endian(head);
    const std::string_view type(reinterpret_cast<const char*>(head.data()) + 4, 4);
    if (size > kMaxChunkBytes || type == "IEND") break;
    if (type == "IDAT") picture_seen = true;
    if (type == "CgBI" && i == 0) chunks.apple = true;
    if (type == "iCCP") chunks.has_icc_profile = true;
    if (type == "acTL" && size == 8 && !picture_seen)
      chunks.frames = std::max<std::uint32_t>(1, big_endian(std::span(head).last(4)));
    if (type == "eXIf" && !chunks.exif) chunks.exif = read_exif(source, offset, size);
    offset += std::uint64_t{size} + kFrame;
  }
  return chunks;
}

}  // namespace ectype::image
