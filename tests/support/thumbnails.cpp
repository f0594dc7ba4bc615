#include "support/thumbnails.hpp"

#include <algorithm>

namespace support {

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

Bytes number(std::uint64_t value, int bytes, bool big_endian) {
  Bytes out;
  for (int i = 0; i < bytes; ++i)
    out.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? bytes - 1 - i : i)));
  return out;
}

Bytes Exif::bytes() const {
  const auto put = [this](std::uint64_t value, int size) {
    return number(value, size, big_endian);
  };
  const auto field = [&put](std::uint16_t tag, std::uint16_t type, std::uint32_t value) {
    return put(tag, 2) + put(type, 2) + put(1, 4) +
           (type == 3 ? put(value, 2) + Bytes{0, 0} : put(value, 4));
  };
  constexpr std::uint32_t kFirst = 8;
  constexpr std::uint32_t kSecond = kFirst + 2 + 12 + 4;
  const std::uint32_t fields = thumbnail_orientation == 0 ? 4 : 5;
  const std::uint32_t data = kSecond + 2 + 12 * fields + 4;
  const std::uint32_t link = next.value_or(thumbnail.empty() ? 0 : kSecond);

  Bytes block = text(big_endian ? "MM" : "II") + put(42, 2) + put(kFirst, 4);
  block = block + put(1, 2) + field(0x0112, 3, static_cast<std::uint32_t>(orientation));
  block = block + put(link, 4);
  if (thumbnail.empty()) return block;
  block = block + put(fields, 2) + field(0x00FE, 4, subfile) + field(0x0103, 3, 6);
  if (thumbnail_orientation != 0)
    block = block + field(0x0112, 3, static_cast<std::uint32_t>(thumbnail_orientation));
  block = block + field(offset_tag, 4, offset.value_or(data));
  block = block +
          field(0x0202, length_type, length.value_or(static_cast<std::uint32_t>(thumbnail.size())));
  return block + put(0, 4) + thumbnail;
}

Bytes segment(std::uint8_t marker, const Bytes& data) {
  return Bytes{0xFF, marker} + number(data.size() + 2, 2) + data;
}

Bytes exif_segments(const Bytes& block, std::size_t most) {
  Bytes segments;
  for (std::size_t at = 0; at < block.size(); at += most) {
    const auto begin = block.begin() + static_cast<std::ptrdiff_t>(at);
    const auto size = static_cast<std::ptrdiff_t>(std::min(most, block.size() - at));
    segments = segments + segment(0xE1, text({"Exif\0\0", 6}) + Bytes(begin, begin + size));
  }
  return segments;
}

Bytes resource(std::uint16_t id, const Bytes& content) {
  const Bytes padding(content.size() % 2);
  return text("8BIM") + number(id, 2) + Bytes{0, 0} + number(content.size(), 4) + content + padding;
}

Bytes photoshop_segment(const Bytes& thumbnail) {
  return segment(0xED, text({"Photoshop 3.0\0", 14}) + resource(0x0404, Bytes(7)) +
                           resource(0x040C, Bytes(28) + thumbnail) + resource(0x0425, Bytes(16)));
}

Bytes with_segments(const Bytes& jpeg, const Bytes& segments) {
  return Bytes(jpeg.begin(), jpeg.begin() + 2) + segments + Bytes(jpeg.begin() + 2, jpeg.end());
}

}  // namespace support
