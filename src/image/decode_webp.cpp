#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/luma_buffer.hpp"

#include <algorithm>
#include <vector>

#include <webp/decode.h>
#include <webp/demux.h>

namespace ectype::image {
namespace {

struct DemuxerDeleter {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
struct CodecDeleter {
  void operator()(WebPIDecoder* codec) const { WebPIDelete(codec); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DemuxerDeleter>;

/// Where the first frame lies on the canvas.
struct Frame {
  std::span<const std::uint8_t> bytes;
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

class WebpDecoder : public Decoder {
 public:
  WebpDecoder(Source source, const Limits& limits)
      : Decoder(std::move(source), limits), file_(source_->all(limits_.max_input_bytes)) {
    info_.format = Format::webp;
    info_.decoder = webp_version();
    if (!read_container()) read_bare_picture();
  }

  bool next(LumaRow& row) override {
    if (!decoded_) decode();
    for (; y_ < info_.height; ++y_) {
      const bool inside = y_ >= frame_.top && y_ - frame_.top < frame_.height;
      if (inside && y_ - frame_.top >= rows_ready_) continue;
      row = inside ? frame_row() : LumaRow{y_, ground_row_, {}};
      ++y_;
      return true;
    }
    return false;
  }

 private:
  /// False where the chunks make no sense to the demuxer.
  bool read_container() {
    const WebPData data{file_.data(), file_.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    const Demuxer demuxer(WebPDemuxPartial(&data, &state));
    WebPIterator first{};
    if (demuxer == nullptr || WebPDemuxGetFrame(demuxer.get(), 1, &first) == 0) return false;
    frame_ = {{first.fragment.bytes, first.fragment.size},
              static_cast<std::uint32_t>(first.x_offset),
              static_cast<std::uint32_t>(first.y_offset),
              static_cast<std::uint32_t>(first.width),
              static_cast<std::uint32_t>(first.height)};
    WebPDemuxReleaseIterator(&first);
    read_frame_header();
    set_size(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH),
             WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT), channel_count(channels_));
    check_frame();
    info_.frames = WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT);
    read_metadata(demuxer.get());
    if (state != WEBP_DEMUX_DONE) set_damage("the file ends before its last chunk does");
    return true;
  }

  /// A still picture behind chunks that contradict each other may be decoded all the same.
  void read_bare_picture() {
    frame_.bytes = file_;
    read_frame_header();
    set_size(frame_.width, frame_.height, channel_count(channels_));
    set_damage("broken WebP chunks");
  }

  void read_frame_header() {
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(frame_.bytes.data(), frame_.bytes.size(), &features) != VP8_STATUS_OK ||
        features.has_animation != 0)
      throw error(ErrorCode::damaged, "broken WebP header");
    const auto width = static_cast<std::uint32_t>(features.width);
    const auto height = static_cast<std::uint32_t>(features.height);
    if (frame_.width != 0 && (frame_.width != width || frame_.height != height))
      throw error(ErrorCode::damaged, "broken WebP header: a frame has two sizes");
    frame_.width = width;
    frame_.height = height;
    channels_ = features.has_alpha != 0 ? Channels::rgba : Channels::rgb;
    info_.has_alpha = features.has_alpha != 0;
    info_.color = features.format == 1 ? "ycbcr" : "rgb";
  }

  void check_frame() {
    if (std::uint64_t{frame_.left} + frame_.width > info_.width ||
        std::uint64_t{frame_.top} + frame_.height > info_.height)
      throw error(ErrorCode::damaged, "broken WebP header: a frame outside of the canvas");
    if (frame_.width != info_.width || frame_.height != info_.height) info_.has_alpha = true;
  }

  void read_metadata(const WebPDemuxer* demuxer) {
    WebPChunkIterator chunk{};
    if (WebPDemuxGetChunk(demuxer, "ICCP", 1, &chunk) != 0) info_.has_icc_profile = true;
    WebPDemuxReleaseChunkIterator(&chunk);
    chunk = {};
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0)
      set_orientation(exif_orientation({chunk.chunk.bytes, chunk.chunk.size}));
    WebPDemuxReleaseChunkIterator(&chunk);
  }

  void decode() {
    decoded_ = true;
    ground_row_.resize(info_.width, ground());
    const bool alpha = channels_ == Channels::rgba;
    codec_.reset(WebPINewRGB(alpha ? MODE_RGBA : MODE_RGB, nullptr, 0, 0));
    if (codec_ == nullptr) return set_damage("not enough memory");
    const VP8StatusCode status =
        WebPIUpdate(codec_.get(), frame_.bytes.data(), frame_.bytes.size());
    if (status != VP8_STATUS_OK) set_damage(describe(status));
    int last = 0;
    int width = 0;
    int height = 0;
    pixels_ = WebPIDecGetRGB(codec_.get(), &last, &width, &height, &stride_);
    if (pixels_ == nullptr) return set_damage("no row could be decoded");
    if (static_cast<std::uint32_t>(width) != frame_.width ||
        static_cast<std::uint32_t>(height) != frame_.height)
      return set_damage("the frame's size is not as declared");
    rows_ready_ = static_cast<std::uint32_t>(std::clamp(last, 0, height));
  }

  static std::string describe(VP8StatusCode status) {
    switch (status) {
      case VP8_STATUS_SUSPENDED:
      case VP8_STATUS_NOT_ENOUGH_DATA:
        return "the file ends before the picture does";
      case VP8_STATUS_OUT_OF_MEMORY:
        return "not enough memory";
      case VP8_STATUS_UNSUPPORTED_FEATURE:
        return "the picture uses an unknown feature";
      default:
        return "broken picture data";
    }
  }

  LumaRow frame_row() {
    const std::size_t step = channel_count(channels_);
    const std::uint8_t* const start =
        pixels_ + static_cast<std::ptrdiff_t>(y_ - frame_.top) * stride_;
    const std::span<const std::uint8_t> pixels(start, step * frame_.width);
    if (frame_.width == info_.width) return luma_.convert(y_, pixels, channels_, ground());
    // Half transparent ground on the ground is the ground.
    line_.assign(step * info_.width, ground());
    std::copy(pixels.begin(), pixels.end(),
              line_.begin() + static_cast<std::ptrdiff_t>(step) * frame_.left);
    return luma_.convert(y_, line_, channels_, ground());
  }

  std::span<const std::uint8_t> file_;
  Frame frame_;
  Channels channels_ = Channels::rgb;
  std::unique_ptr<WebPIDecoder, CodecDeleter> codec_;
  const std::uint8_t* pixels_ = nullptr;  // of the codec
  int stride_ = 0;
  std::vector<std::uint8_t> ground_row_;
  std::vector<std::uint8_t> line_;
  LumaBuffer luma_;
  std::uint32_t rows_ready_ = 0;  // of the frame
  std::uint32_t y_ = 0;
  bool decoded_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_webp(Source source, const Limits& limits) {
  return std::make_unique<WebpDecoder>(std::move(source), limits);
}

std::string webp_version() {
  const int version = WebPGetDecoderVersion();
  return "libwebp " + std::to_string(version >> 16) + "." + std::to_string(version >> 8 & 255) +
         "." + std::to_string(version & 255);
}

}  // namespace ectype::image
