#include "image/exif.hpp"

#include <algorithm>
#include <array>

namespace ectype::image {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kTypeShort = 3;
constexpr std::size_t kEntrySize = 12;

class TiffReader {
 public:
  TiffReader(std::span<const std::uint8_t> block, bool big_endian)
      : block_(block), big_endian_(big_endian) {}

  [[nodiscard]] bool has(std::size_t offset, std::size_t count) const {
    return offset <= block_.size() && count <= block_.size() - offset;
  }
  [[nodiscard]] std::uint32_t number(std::size_t offset, std::size_t bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = value << 8 | block_[offset + (big_endian_ ? i : bytes - 1 - i)];
    return value;
  }

 private:
  std::span<const std::uint8_t> block_;
  bool big_endian_;
};

}  // namespace

std::optional<int> exif_orientation(std::span<const std::uint8_t> block) {
  constexpr std::array<std::uint8_t, 6> prefix{'E', 'x', 'i', 'f', 0, 0};
  if (block.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), block.begin()))
    block = block.subspan(prefix.size());
  if (block.size() < 8) return 0;
  const bool big_endian = block[0] == 'M';
  if (block[0] != block[1] || (block[0] != 'M' && block[0] != 'I')) return 0;

  const TiffReader reader(block, big_endian);
  const std::size_t directory = reader.number(4, 4);
  if (reader.number(2, 2) != 42 || !reader.has(directory, 2)) return 0;
  const std::size_t entries = reader.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntrySize;
    if (!reader.has(entry, kEntrySize)) return 0;
    if (reader.number(entry, 2) != kOrientationTag) continue;
    const std::uint32_t value = reader.number(entry + 8, 2);
    const bool valid = reader.number(entry + 2, 2) == kTypeShort && value >= 1 && value <= 8;
    return valid ? static_cast<int>(value) : 0;
  }
  return std::nullopt;
}

}  // namespace ectype::image
