#include "image/webp_chunks.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ectype::image {
namespace {

constexpr int kMaxChunks = 1 << 16;
constexpr std::uint32_t kMaxExifBytes = 4 << 20;
constexpr std::uint64_t kFileHeader = 12;  // "RIFF", size, "WEBP"

}  // namespace

std::vector<std::uint8_t> read_webp_exif(const ByteSource& source) {
  std::uint64_t at = kFileHeader;
  for (int i = 0; i < kMaxChunks; ++i) {
    std::array<std::uint8_t, 8> head{};  // type and size
    if (source.read_at(at, head) < head.size()) break;
    std::uint32_t size = 0;
    for (std::size_t k = 8; k-- > 4;) size = size << 8 | head[k];
    at += head.size();
    if (std::memcmp(head.data(), "EXIF", 4) == 0) {
      const std::uint64_t left = source.size() - std::min(source.size(), at);
      std::vector<std::uint8_t> exif(
          std::min<std::uint64_t>({size, left, std::uint64_t{kMaxExifBytes}}));
      exif.resize(source.read_at(at, exif));
      return exif;
    }
    at += std::uint64_t{size} + size % 2;
  }
  return {};
}

}  // namespace ectype::image
