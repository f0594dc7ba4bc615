#include "image/decoder.hpp"
#include "image/luma_buffer.hpp"

#include <cstring>

namespace ectype::image {
namespace {

class PixelDecoder : public Decoder {
 public:
  explicit PixelDecoder(const PixelView& view)
      : Decoder(open_memory({}), unlimited()), view_(view) {
    if (view.bits_per_channel != 8 && view.bits_per_channel != 16)
      throw Error(
          ErrorCode::invalid_argument,
          "pixels have " + std::to_string(view.bits_per_channel) + " bits a channel; give 8 or 16");
    if (view.data == nullptr || view.width == 0 || view.height == 0)
      throw Error(ErrorCode::invalid_argument,
                  "the pixel view is empty: " + std::to_string(view.width) + " x " +
                      std::to_string(view.height));
    set_size(view.width, view.height, channel_count(view.channels) * 2);
    info_.bits_per_channel = view.bits_per_channel;
    info_.has_alpha = channel_count(view.channels) % 2 == 0;
    info_.color = is_gray(view.channels) ? "gray" : "rgb";
    info_.decoder = "none";
  }

  bool next(LumaRow& row) override {
    if (y_ == info_.height) return false;
    const auto* line = static_cast<const std::uint8_t*>(view_.data) +
                       static_cast<std::ptrdiff_t>(y_) * view_.row_stride;
    row = luma_.convert(y_++, is_packed() ? std::span(line, row_size()) : pack(line),
                        view_.channels, ground());
    return true;
  }

 private:
  static Limits unlimited() {
    Limits limits;
    limits.max_pixels = ~std::uint64_t{0};
    return limits;
  }
  [[nodiscard]] std::size_t row_size() const {
    return std::size_t{view_.width} * channel_count(view_.channels);
  }
  [[nodiscard]] bool is_packed() const {
    const auto channels = static_cast<std::ptrdiff_t>(channel_count(view_.channels));
    return view_.bits_per_channel == 8 && view_.pixel_stride == channels &&
           (channels == 1 || view_.channel_stride == 1);
  }

  std::span<const std::uint8_t> pack(const std::uint8_t* line) {
    const std::size_t channels = channel_count(view_.channels);
    packed_.resize(row_size());
    std::size_t out = 0;
    for (std::uint32_t x = 0; x < info_.width; ++x) {
      const std::uint8_t* pixel = line + static_cast<std::ptrdiff_t>(x) * view_.pixel_stride;
      for (std::size_t c = 0; c < channels; ++c)
        packed_[out++] = channel(pixel + static_cast<std::ptrdiff_t>(c) * view_.channel_stride);
    }
    return packed_;
  }
  [[nodiscard]] std::uint8_t channel(const std::uint8_t* at) const {
    if (view_.bits_per_channel == 8) return *at;
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return to_8_bits(value, 65535);
  }

  PixelView view_;
  std::vector<std::uint8_t> packed_;
  LumaBuffer luma_;
  std::uint32_t y_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> open_pixels(const PixelView& pixels) {
  return std::make_unique<PixelDecoder>(pixels);
}

}  // namespace ectype::image
