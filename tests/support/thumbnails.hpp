#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace support {

using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes left, const Bytes& right);
Bytes text(std::string_view characters);
Bytes number(std::uint64_t value, int bytes, bool big_endian = true);

/// A TIFF structure with the picture's directory at 8 and, with `thumbnail`, one more behind it.
/// What is set overrides what would be right.
struct Exif {
  Bytes thumbnail;
  int orientation = 1;
  int thumbnail_orientation = 0;  // 0: none
  bool big_endian = true;
  std::optional<std::uint32_t> next = {};    // offset of the thumbnail's directory
  std::optional<std::uint32_t> offset = {};  // of the thumbnail
  std::optional<std::uint32_t> length = {};
  std::uint16_t length_type = 4;
  std::uint16_t offset_tag = 0x0201;
  std::uint32_t subfile = 1;

  [[nodiscard]] Bytes bytes() const;
};

/// The segment FF `marker`.
Bytes segment(std::uint8_t marker, const Bytes& data);
/// `block` in APP1 segments that hold at most `most` bytes of it each.
Bytes exif_segments(const Bytes& block, std::size_t most = 65'000);
/// An image resource of Photoshop.
Bytes resource(std::uint16_t id, const Bytes& content);
/// APP13 with a thumbnail among other resources.
Bytes photoshop_segment(const Bytes& thumbnail);
/// `segments` right after the start of `jpeg`.
Bytes with_segments(const Bytes& jpeg, const Bytes& segments);

}  // namespace support
