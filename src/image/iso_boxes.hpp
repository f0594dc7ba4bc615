#pragma once

#include "image/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ectype::image {

/// Big-endian number in the first `bytes` bytes.
inline std::uint64_t big_endian(std::span<const std::uint8_t> data, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | data[i];
  return value;
}

/// A box of the ISO base media format (HEIF, AVIF, JP2): where its payload lies in the source.
struct IsoBox {
  std::array<char, 4> type{};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] bool is(std::string_view name) const {
    return name == std::string_view(type.data(), type.size());
  }
  /// Fills `out` from the payload at `offset`; false where the payload is shorter.
  [[nodiscard]] bool read(const ByteSource& source, std::uint64_t offset,
                          std::span<std::uint8_t> out) const {
    return offset <= end - begin && out.size() <= end - begin - offset &&
           source.read_at(begin + offset, out) == out.size();
  }
};

/// Lists the boxes of a range, at most `kMaxBoxes` of them. A box that claims more than its parent
/// holds ends with the parent.
class IsoBoxes {
 public:
  static constexpr int kMaxBoxes = 4096;

  explicit IsoBoxes(const ByteSource& source) : IsoBoxes(source, 0, source.size()) {}
  IsoBoxes(const ByteSource& source, const IsoBox& parent)
      : IsoBoxes(source, parent.begin, parent.end) {}
  IsoBoxes(const ByteSource& source, std::uint64_t begin, std::uint64_t end)
      : source_(source), at_(begin), end_(std::min(end, source.size())) {}

  std::optional<IsoBox> next() {
    std::array<std::uint8_t, 16> head{};
    if (at_ >= end_ || end_ - at_ < 8 || ++count_ > kMaxBoxes) return std::nullopt;
    if (source_.read_at(at_, std::span(head).first(8)) != 8) return std::nullopt;
    std::uint64_t size = big_endian(head, 4);
    std::uint64_t header = 8;
    if (size == 1) {
      header = 16;
      if (end_ - at_ < header || source_.read_at(at_, head) != header) return std::nullopt;
      size = big_endian(std::span(head).subspan(8), 8);
    } else if (size == 0) {
      size = end_ - at_;
    }
    if (size < header) return std::nullopt;
    IsoBox box;
    std::copy_n(head.begin() + 4, 4, box.type.begin());
    box.begin = at_ + header;
    box.end = at_ + std::min(size, end_ - at_);
    at_ = box.end;
    return box;
  }

  /// The first box of this type from here on.
  std::optional<IsoBox> find(std::string_view name) {
    while (auto box = next())
      if (box->is(name)) return box;
    return std::nullopt;
  }

 private:
  const ByteSource& source_;
  std::uint64_t at_;
  std::uint64_t end_;
  int count_ = 0;
};

}  // namespace ectype::image
