#include "image/tiff_directory.hpp"

#include <algorithm>
#include <array>

namespace ectype::image {
namespace {

constexpr std::size_t kFieldSize = 12;

std::uint32_t read_number(std::span<const std::uint8_t> bytes, std::size_t count, bool big_endian) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = value << 8 | bytes[big_endian ? i : count - 1 - i];
  return value;
}

}  // namespace

std::optional<std::uint32_t> TiffField::number() const {
  const bool one = count == 1 && (type == TiffType::number16 || type == TiffType::number32);
  return one ? std::optional(value) : std::nullopt;
}

std::optional<TiffField> TiffDirectory::find(std::uint16_t tag) const {
  for (std::size_t at = 0; at + kFieldSize <= fields.size(); at += kFieldSize) {
    const auto field = std::span(fields).subspan(at, kFieldSize);
    if (read_number(field, 2, big_endian) != tag) continue;
    TiffField found;
    found.type = static_cast<TiffType>(read_number(field.subspan(2), 2, big_endian));
    found.count = read_number(field.subspan(4), 4, big_endian);
    // A SHORT stands in the first half, whatever the order of its bytes.
    const std::size_t bytes = found.type == TiffType::number16 ? 2 : 4;
    found.value = read_number(field.subspan(8), bytes, big_endian);
    return found;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> TiffDirectory::number(std::uint16_t tag) const {
  const auto field = find(tag);
  return field ? field->number() : std::nullopt;
}

std::optional<TiffDirectories> TiffDirectories::open(const ByteSource& source) {
  constexpr std::array<std::uint8_t, 6> prefix{'E', 'x', 'i', 'f', 0, 0};
  std::array<std::uint8_t, prefix.size()> start{};
  source.read_at(0, start);
  TiffDirectories directories(source, start == prefix ? prefix.size() : 0);

  std::array<std::uint8_t, 8> head{};
  if (source.read_at(directories.begin_, head) < head.size()) return std::nullopt;
  if (head[0] != head[1] || (head[0] != 'M' && head[0] != 'I')) return std::nullopt;
  directories.big_endian_ = head[0] == 'M';
  const auto bytes = std::span<const std::uint8_t>(head);
  if (read_number(bytes.subspan(2), 2, directories.big_endian_) != 42) return std::nullopt;
  directories.first_ = read_number(bytes.subspan(4), 4, directories.big_endian_);
  return directories;
}

std::optional<TiffDirectory> TiffDirectories::read(std::uint32_t offset) const {
  std::array<std::uint8_t, 2> count{};
  if (source_.read_at(begin_ + offset, count) < count.size()) return std::nullopt;
  const std::size_t size = read_number(count, 2, big_endian_) * kFieldSize;

  TiffDirectory directory;
  directory.big_endian = big_endian_;
  const std::uint64_t start = begin_ + offset + count.size();
  directory.fields.resize(
      std::min<std::uint64_t>(size, source_.size() - std::min(source_.size(), start)));
  directory.fields.resize(source_.read_at(start, directory.fields));
  directory.cut = directory.fields.size() < size;
  std::array<std::uint8_t, 4> next{};
  if (source_.read_at(start + size, next) == next.size())
    directory.next = read_number(next, next.size(), big_endian_);
  return directory;
}

std::vector<std::uint8_t> TiffDirectories::bytes(std::uint32_t offset, std::uint32_t count) const {
  std::vector<std::uint8_t> bytes(std::min<std::uint64_t>(count, left(offset)));
  bytes.resize(source_.read_at(begin_ + offset, bytes));
  return bytes;
}

std::uint64_t TiffDirectories::left(std::uint32_t offset) const {
  return source_.size() - std::min(source_.size(), begin_ + offset);
}

}  // namespace ectype::image
