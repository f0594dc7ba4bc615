#include "image/bmp_header.hpp"

#include <algorithm>
#include <bit>
#include <span>

namespace ectype::image {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kCoreHeader = 12;
constexpr std::uint32_t kShortOs2Header = 16;
constexpr std::uint32_t kInfoHeader = 40;
constexpr std::uint32_t kMasksHeader = 52;      // V2
constexpr std::uint32_t kAlphaMaskHeader = 56;  // V3
constexpr std::uint32_t kOs2Header = 64;
constexpr std::uint32_t kLongestHeader = 124;  // V5
constexpr std::uint32_t kMaskBytes = 4;

// Compression
constexpr std::uint32_t kPlain = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kJpeg = 4, kPng = 5,
                        kMasksWithAlpha = 6;

class HeaderReader {
 public:
  explicit HeaderReader(const ByteSource& source) : size_(source.size()) {
    count_ = source.read_at(0, bytes_);
  }

  BmpHeader read() {
    if (count_ < kFileHeader + kCoreHeader) return fail("the file ends within its header");
    header_size_ = number(kFileHeader, 4);
    if (header_size_ < kCoreHeader || header_size_ > kLongestHeader)
      return fail("a header of unknown size");
    if (count_ < kFileHeader + header_size_) return fail("the file ends within its header");
    read_size();
    read_coding();
    if (header_.problem == nullptr) read_palette_place();
    return header_;
  }

 private:
  // Behind the longest header there may be masks.
  static constexpr std::size_t kBytes = kFileHeader + kLongestHeader + 4 * kMaskBytes;

  [[nodiscard]] std::uint32_t number(std::size_t offset, std::size_t bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | bytes_[offset + i];
    return value;
  }
  /// Offset counted from the start of the second header; 0 where that is too short.
  [[nodiscard]] std::uint32_t field(std::size_t offset, std::size_t bytes) const {
    return offset + bytes <= header_size_ ? number(kFileHeader + offset, bytes) : 0;
  }

  BmpHeader fail(const char* problem, bool unsupported = false) {
    header_.problem = problem;
    header_.unsupported = unsupported;
    return header_;
  }

  void read_size() {
    if (header_size_ == kCoreHeader) {
      header_.width = field(4, 2);
      header_.height = field(6, 2);
      header_.bits_per_pixel = static_cast<int>(field(10, 2));
      header_.palette_entry_bytes = 3;
      return;
    }
    header_.width = field(4, 4);
    header_.height = field(8, 4);
    header_.bits_per_pixel = static_cast<int>(field(14, 2));
    header_.top_down = (header_.height >> 31) != 0;
    // Unsigned, for the lowest number has no positive twin; the size limit refuses it.
    if (header_.top_down) header_.height = 0u - header_.height;
    if ((header_.width >> 31) != 0) fail("a negative width");
  }

  void read_coding() {
    const std::uint32_t compression = field(16, 4);
    const int bits = header_.bits_per_pixel;
    const bool os2 = header_size_ == kOs2Header || header_size_ == kShortOs2Header;
    if (compression == kJpeg || compression == kPng) {
      if (os2)
        fail("OS/2 BMP with 24-bit run-length coding", true);
      else
        fail("BMP that holds a JPEG or PNG", true);
    } else if (compression == kRle8 || compression == kRle4) {
      header_.coding = compression == kRle8 ? BmpCoding::rle8 : BmpCoding::rle4;
      if (bits != (compression == kRle8 ? 8 : 4)) fail("run-length coding of the wrong depth");
    } else if (compression == kMasks || compression == kMasksWithAlpha) {
      if (os2)
        fail("OS/2 BMP with Huffman coding", true);
      else if (bits != 16 && bits != 32)
        fail("channel masks of the wrong depth");
      else
        read_masks(compression == kMasksWithAlpha);
    } else if (compression != kPlain) {
      fail("BMP with an unknown compression", true);
    } else if (bits == 16) {
      header_.coding = BmpCoding::masks;
      set_masks({0x7C00, 0x03E0, 0x001F, 0});
    } else if (bits == 32) {
      // Without masks the fourth byte has no meaning, whatever it holds.
      header_.coding = BmpCoding::masks;
      set_masks({0x00FF0000, 0x0000FF00, 0x000000FF, 0});
    } else if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 24) {
      fail("BMP with an unknown number of bits a pixel", true);
    }
  }

  void read_masks(bool with_alpha) {
    header_.coding = BmpCoding::masks;
    const bool inside = header_size_ >= kMasksHeader;
    const bool alpha = with_alpha || header_size_ >= kAlphaMaskHeader;
    const std::size_t count = alpha ? 4 : 3;
    std::size_t offset = kFileHeader + kInfoHeader;
    if (!inside) {
      offset = kFileHeader + header_size_;
      masks_behind_ = static_cast<std::uint32_t>(count) * kMaskBytes;
    }
    if (offset + count * kMaskBytes > count_) {
      fail("the file ends within its header");
      return;
    }
    std::array<std::uint32_t, 4> masks{};
    for (std::size_t c = 0; c < count; ++c) masks[c] = number(offset + c * kMaskBytes, kMaskBytes);
    set_masks(masks);
  }

  void set_masks(const std::array<std::uint32_t, 4>& masks) {
    if ((masks[0] | masks[1] | masks[2]) == 0) fail("channel masks without a bit");
    for (std::size_t c = 0; c < masks.size(); ++c) {
      if (masks[c] == 0) continue;
      const int shift = std::countr_zero(masks[c]);
      const std::uint32_t max = masks[c] >> shift;
      if ((max & (std::uint64_t{max} + 1)) != 0) fail("a channel mask with gaps");
      header_.masks[c] = {masks[c], shift, max};
    }
  }

  void read_palette_place() {
    header_.palette_offset = kFileHeader + std::uint64_t{header_size_} + masks_behind_;
    header_.data_offset = number(10, 4);
    std::uint64_t count = 0;
    if (header_.bits_per_pixel <= 8) {
      const std::uint64_t all = std::uint64_t{1} << header_.bits_per_pixel;
      count = field(32, 4);
      // More colours than a pixel can name only move the data.
      if (count == 0) count = all;
      if (header_.data_offset == 0) header_.data_offset = end_of_palette(count);
      count = std::min(count, all);
      if (header_.data_offset > header_.palette_offset)
        count = std::min(
            count, (header_.data_offset - header_.palette_offset) / header_.palette_entry_bytes);
    }
    if (header_.data_offset == 0) header_.data_offset = header_.palette_offset;
    if (header_.data_offset < kFileHeader + kCoreHeader) fail("its data lies in its header");
    if (header_.data_offset >= size_) fail("the file ends before its pixels");
    header_.palette_count = static_cast<std::uint32_t>(count);
  }

  [[nodiscard]] std::uint64_t end_of_palette(std::uint64_t count) const {
    return header_.palette_offset + count * header_.palette_entry_bytes;
  }

  std::array<std::uint8_t, kBytes> bytes_{};
  std::size_t count_ = 0;
  std::uint64_t size_;
  std::uint32_t header_size_ = 0;
  std::uint32_t masks_behind_ = 0;
  BmpHeader header_;
};

}  // namespace

BmpHeader read_bmp_header(const ByteSource& source) { return HeaderReader(source).read(); }

}  // namespace ectype::image
