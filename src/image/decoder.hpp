#pragma once

#include "image/byte_source.hpp"
#include "image/luma.hpp"

#include "ectype/error.hpp"
#include "ectype/image.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ectype::image {

/// One codec at work on one picture. The constructor reads the header, fills `info` and throws
/// Error for what cannot be decoded; `next` decodes. Damage that shows while decoding is recorded,
/// never thrown. A decoder keeps its source alive.
class Decoder {
 public:
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  [[nodiscard]] const ImageInfo& info() const noexcept { return info_; }
  /// Size of the rows that `next` gives: the coded size, unless the decoder shrinks.
  [[nodiscard]] virtual std::uint32_t row_width() const { return info_.width; }
  [[nodiscard]] virtual std::uint32_t row_count() const { return info_.height; }
  [[nodiscard]] virtual std::uint32_t shrink() const { return 1; }

  /// The gray that transparent pixels are composited on; to be set before the first row.
  void set_ground(std::uint8_t ground) noexcept { ground_ = ground; }

  /// Each row at most once, in any order; false when there are no more. Rows never given are lost
  /// and count as 128.
  virtual bool next(LumaRow& row) = 0;

  /// The first complaint of the codec; empty for a whole picture.
  [[nodiscard]] const std::string& damage() const noexcept { return damage_; }

 protected:
  Decoder(std::shared_ptr<const ByteSource> source, const Limits& limits)
      : source_(std::move(source)), limits_(limits) {}

  /// Checks size and bytes a pixel against the limits and sets info's width and height. To be
  /// called by every decoder as soon as the header is read, before anything of the size is
  /// allocated.
  void set_size(std::uint64_t width, std::uint64_t height, std::uint64_t bytes_per_pixel);
  /// Takes what `exif_orientation` found: 0 counts as 1, with a warning.
  void set_orientation(std::optional<int> value);
  void set_damage(const std::string& what) {
    if (damage_.empty()) damage_ = what;
  }
  [[nodiscard]] std::uint8_t ground() const noexcept { return ground_; }
  [[nodiscard]] Error error(ErrorCode code, const std::string& what) const {
    return {code, source_->name() + ": " + what};
  }

  std::shared_ptr<const ByteSource> source_;
  Limits limits_;
  ImageInfo info_;

 private:
  std::uint8_t ground_ = kGround;
  std::string damage_;
};

using Source = std::shared_ptr<const ByteSource>;

/// The decoder that has read an image's header, for whoever decodes first. Thread-safe.
class FirstDecoder {
 public:
  explicit FirstDecoder(std::unique_ptr<Decoder> decoder) : decoder_(decoder.release()) {}
  ~FirstDecoder() { take(); }
  FirstDecoder(const FirstDecoder&) = delete;
  FirstDecoder& operator=(const FirstDecoder&) = delete;

  /// Null from the second call on.
  std::unique_ptr<Decoder> take() { return std::unique_ptr<Decoder>(decoder_.exchange(nullptr)); }

 private:
  std::atomic<Decoder*> decoder_;
};

std::unique_ptr<Decoder> open_jpeg(Source source, const Limits& limits, std::uint32_t shrink);
std::unique_ptr<Decoder> open_png(Source source, const Limits& limits);
std::unique_ptr<Decoder> open_webp(Source source, const Limits& limits);
std::unique_ptr<Decoder> open_tiff(Source source, const Limits& limits);
std::unique_ptr<Decoder> open_bmp(Source source, const Limits& limits);
std::unique_ptr<Decoder> open_pnm(Source source, const Limits& limits);
std::unique_ptr<Decoder> open_gif(Source source, const Limits& limits);
/// Which picture of a HEIF: the thumbnail is the first of the primary item.
enum class HeifItem { primary, thumbnail };
std::unique_ptr<Decoder> open_heif(Source source, const Limits& limits, Format format,
                                   HeifItem item);
std::unique_ptr<Decoder> open_jpeg2000(Source source, const Limits& limits);
std::unique_ptr<Decoder> open_pixels(const PixelView& pixels);

std::string jpeg_version();
std::string png_version();
std::string webp_version();
std::string tiff_version();
std::string gif_version();
std::string heif_version();
std::string jpeg2000_version();

}  // namespace ectype::image
