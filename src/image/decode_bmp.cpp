#include "image/bmp_header.hpp"
#include "image/bmp_rle.hpp"
#include "image/decoder.hpp"
#include "image/luma_buffer.hpp"
#include "image/stream_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace ectype::image {
namespace {

class BmpDecoder : public Decoder {
 public:
  BmpDecoder(Source source, const Limits& limits)
      : Decoder(std::move(source), limits),
        header_(read_bmp_header(*source_)),
        stream_(*source_, header_.data_offset),
        rle_(stream_, header_.coding == BmpCoding::rle4) {
    if (header_.problem != nullptr)
      throw error(header_.unsupported ? ErrorCode::unsupported : ErrorCode::damaged,
                  header_.unsupported ? std::string(header_.problem)
                                      : std::string("broken BMP header: ") + header_.problem);
    const bool palette = header_.bits_per_pixel <= 8;
    const bool alpha = header_.masks[3].bits != 0;
    channels_ = alpha ? Channels::rgba : Channels::rgb;
    set_size(header_.width, header_.height, channel_count(channels_));
    info_.format = Format::bmp;
    info_.has_alpha = alpha;
    info_.color = palette ? "palette" : "rgb";
    info_.decoder = "ectype BMP reader";
    if (header_.coding == BmpCoding::masks) prepare_masks();
    if (palette) read_palette();
  }

  bool next(LumaRow& row) override {
    if (row_ == info_.height) return false;
    if (!prepare() || !read_line()) {
      set_damage(stream_.failed() ? "reading the file failed"
                                  : "the file ends before the picture does");
      row_ = info_.height;
      return false;
    }
    const std::uint32_t y = header_.top_down ? row_ : info_.height - 1 - row_;
    ++row_;
    row = convert(y);
    return true;
  }

 private:
  using Color = std::array<std::uint8_t, 3>;

  [[nodiscard]] bool run_length() const {
    return header_.coding == BmpCoding::rle4 || header_.coding == BmpCoding::rle8;
  }

  void prepare_masks() {
    int bits = 1;
    for (std::size_t c = 0; c < header_.masks.size(); ++c) {
      const std::uint32_t max = header_.masks[c].max;
      bits = std::max(bits, static_cast<int>(std::bit_width(max)));
      if (max == 0 || max > 255) continue;
      for (std::uint32_t value = 0; value <= max; ++value)
        scaled_[c][value] = to_8_bits(value, max);
    }
    info_.bits_per_channel = bits;
  }

  void read_palette() {
    std::array<std::uint8_t, 4 * 256> bytes{};
    const std::size_t step = header_.palette_entry_bytes;
    const std::size_t size = step * std::min<std::size_t>(header_.palette_count, colors_.size());
    const std::size_t count =
        source_->read_at(header_.palette_offset, std::span(bytes).first(size)) / step;
    // What the palette does not have stays black.
    for (std::size_t i = 0; i < count; ++i)
      colors_[i] = {bytes[i * step + 2], bytes[i * step + 1], bytes[i * step]};
    color_count_ = static_cast<std::uint32_t>(count);
  }

  /// Allocates the row; false where the file does not hold even one.
  bool prepare() {
    if (!line_.empty()) return true;
    const std::uint64_t bits =
        std::uint64_t{info_.width} * static_cast<std::uint32_t>(header_.bits_per_pixel);
    used_ = run_length() ? info_.width : static_cast<std::size_t>((bits + 7) / 8);
    if (!run_length() && stream_.left() < used_) return false;
    line_.resize(run_length() ? used_ : static_cast<std::size_t>((bits + 31) / 32 * 4));
    pixels_.resize(std::size_t{info_.width} * channel_count(channels_));
    return true;
  }

  bool read_line() {
    if (!run_length()) return stream_.read(line_) >= used_;  // the last row may lack its padding
    const bool read = rle_.next_row(line_);
    if (rle_.overrun()) set_damage("a run of pixels is longer than its row");
    return read;
  }

  LumaRow convert(std::uint32_t y) {
    switch (header_.bits_per_pixel) {
      case 1:
      case 2:
      case 4:
      case 8:
        expand_palette();
        break;
      case 16:
        expand_masks<2>();
        break;
      case 24:
        return luma_.convert(y, std::span(line_).first(used_), Channels::bgr, ground());
      default:
        expand_masks<4>();
        break;
    }
    return luma_.convert(y, pixels_, channels_, ground());
  }

  void expand_palette() {
    const auto depth = static_cast<std::size_t>(run_length() ? 8 : header_.bits_per_pixel);
    const std::size_t per_byte = 8 / depth;
    const std::uint32_t mask = (1u << depth) - 1;
    std::uint32_t highest = 0;
    std::uint8_t* out = pixels_.data();
    for (std::size_t x = 0; x < info_.width; ++x, out += 3) {
      const std::size_t shift = (per_byte - 1 - x % per_byte) * depth;
      const std::uint32_t index = line_[x / per_byte] >> shift & mask;
      highest = std::max(highest, index);
      std::copy_n(colors_[index].data(), 3, out);
    }
    if (highest >= color_count_) set_damage("a pixel's colour is not in the palette");
  }

  template <std::size_t Bytes>
  void expand_masks() {
    const std::size_t count = channel_count(channels_);
    std::uint8_t* out = pixels_.data();
    for (std::size_t x = 0; x < info_.width; ++x) {
      std::uint32_t pixel = 0;
      for (std::size_t i = Bytes; i-- > 0;) pixel = pixel << 8 | line_[x * Bytes + i];
      for (std::size_t c = 0; c < count; ++c) *out++ = channel(pixel, c);
    }
  }

  [[nodiscard]] std::uint8_t channel(std::uint32_t pixel, std::size_t c) const {
    const BmpMask& mask = header_.masks[c];
    const std::uint32_t value = (pixel & mask.bits) >> mask.shift;
    return mask.max > 255 ? to_8_bits(value, mask.max) : scaled_[c][value];
  }

  BmpHeader header_;
  StreamReader stream_;
  BmpRleReader rle_;
  Channels channels_ = Channels::rgb;
  std::array<std::array<std::uint8_t, 256>, 4> scaled_{};
  std::array<Color, 256> colors_{};
  std::uint32_t color_count_ = 0;
  std::size_t used_ = 0;  // bytes of a stored row without its padding
  std::vector<std::uint8_t> line_;
  std::vector<std::uint8_t> pixels_;
  LumaBuffer luma_;
  std::uint32_t row_ = 0;  // as stored
};

}  // namespace

std::unique_ptr<Decoder> open_bmp(Source source, const Limits& limits) {
  return std::make_unique<BmpDecoder>(std::move(source), limits);
}

}  // namespace ectype::image
