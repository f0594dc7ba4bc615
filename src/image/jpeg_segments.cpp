#include "image/jpeg_segments.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace ectype::image {
namespace {

using namespace std::string_view_literals;

constexpr int kMaxSegments = 4096;
constexpr std::uint64_t kMaxGarbage = 1 << 16;
constexpr std::size_t kMaxMetadataBytes = 8 << 20;
constexpr std::string_view kExif = "Exif\0\0"sv;
constexpr std::string_view kPhotoshop = "Photoshop 3.0\0"sv;

struct Segment {
  std::uint8_t marker = 0;
  std::vector<std::uint8_t> data;

  [[nodiscard]] bool starts_with(std::string_view text, std::size_t at = 0) const {
    return data.size() >= at + text.size() &&
           std::equal(text.begin(), text.end(), data.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  }
};

class Segments {
 public:
  explicit Segments(const ByteSource& source) : source_(source) {}

  /// The next APP1 or APP13.
  std::optional<Segment> next() {
    while (count_++ < kMaxSegments) {
      const auto marker = next_marker();
      if (!marker || *marker == kScan || *marker == kEnd) return std::nullopt;
      if (*marker == kTemporary || (*marker >= kRestart && *marker <= kStart)) continue;
      std::array<std::uint8_t, 2> number{};
      if (source_.read_at(at_, number) < number.size()) return std::nullopt;
      const std::size_t size = std::size_t{number[0]} << 8 | number[1];
      if (size < number.size()) return std::nullopt;
      const std::uint64_t begin = at_ + number.size();
      at_ += size;
      if (*marker == kApp1 || *marker == kApp13) return read(*marker, begin, size - number.size());
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint8_t kTemporary = 0x01, kRestart = 0xD0, kStart = 0xD8, kEnd = 0xD9,
                                kScan = 0xDA, kApp1 = 0xE1, kApp13 = 0xED;

  /// As libjpeg, passes over what stands between two segments.
  std::optional<std::uint8_t> next_marker() {
    std::array<std::uint8_t, 2> pair{};
    for (; garbage_ < kMaxGarbage; ++garbage_) {
      if (source_.read_at(at_, pair) < pair.size()) return std::nullopt;
      const bool is_marker = pair[0] == 0xFF && pair[1] != 0 && pair[1] != 0xFF;
      at_ += is_marker ? 2 : 1;
      if (is_marker) return pair[1];
    }
    return std::nullopt;
  }

  [[nodiscard]] Segment read(std::uint8_t marker, std::uint64_t begin, std::size_t size) const {
    Segment segment{marker, std::vector<std::uint8_t>(size)};
    segment.data.resize(source_.read_at(begin, segment.data));
    return segment;
  }

  const ByteSource& source_;
  std::uint64_t at_ = 0;
  std::uint64_t garbage_ = 0;
  int count_ = 0;
};

void append(std::vector<std::uint8_t>& to, std::span<const std::uint8_t> from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

JpegMetadata read_jpeg_metadata(const ByteSource& source) {
  JpegMetadata metadata;
  std::size_t bytes = 0;
  Segments segments(source);
  while (const auto segment = segments.next()) {
    bytes += segment->data.size();
    if (bytes > kMaxMetadataBytes) break;
    const std::span<const std::uint8_t> data(segment->data);
    if (segment->starts_with(kExif)) {
      // What goes on with a block has the prefix again, but no TIFF header behind it.
      const bool begins = segment->starts_with("II*\0"sv, kExif.size()) ||
                          segment->starts_with("MM\0*"sv, kExif.size());
      if (begins || metadata.exif.empty())
        metadata.exif.emplace_back(data.begin(), data.end());
      else
        append(metadata.exif.back(), data.subspan(kExif.size()));
    } else if (segment->starts_with(kPhotoshop)) {
      append(metadata.photoshop, data.subspan(kPhotoshop.size()));
    }
  }
  return metadata;
}

}  // namespace ectype::image
