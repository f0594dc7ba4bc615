#include "image/decoder.hpp"
#include "image/luma_buffer.hpp"
#include "image/stream_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gif_lib.h>

namespace ectype::image {
namespace {

constexpr int kExtension = 0x21;
constexpr int kFrame = 0x2C;
constexpr int kTrailer = 0x3B;
constexpr int kGraphicControl = 0xF9;

constexpr std::uint32_t little_endian(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0] | bytes[1] << 8);
}

struct ColorTable {
  std::uint64_t offset = 0;
  std::uint32_t count = 0;  // 0: none
};

struct Frame {
  std::uint64_t offset = 0;  // of its separator
  std::uint32_t left = 0, top = 0, width = 0, height = 0;
  bool interlaced = false;
  ColorTable colors;
  int transparent = -1;  // index
};

/// The blocks of a file, walked without unpacking a pixel.
class BlockWalk {
 public:
  explicit BlockWalk(const ByteSource& source) : stream_(source) {
    std::array<std::uint8_t, 13> head{};
    if (stream_.read(head) < head.size()) return;
    width = little_endian(&head[6]);
    height = little_endian(&head[8]);
    global = skip_colors(head[10]);
    while (step()) continue;
  }

  [[nodiscard]] bool failed() const { return stream_.failed(); }

  std::uint32_t width = 0, height = 0;
  ColorTable global;
  Frame first;
  std::uint32_t frames = 0;
  bool cut = false;      // the file ends within a block
  bool trailer = false;  // it ends as it should

 private:
  bool step() {
    const std::uint64_t offset = stream_.offset();
    const int kind = stream_.get();
    if (kind == kExtension) return skip_extension();
    if (kind == kFrame) return skip_frame(offset);
    trailer = kind == kTrailer;
    return false;
  }

  bool end_within_block() {
    cut = true;
    return false;
  }

  ColorTable skip_colors(std::uint8_t flags) {
    if ((flags & 0x80) == 0) return {};
    const ColorTable table{stream_.offset(), 2u << (flags & 7)};
    stream_.skip(std::uint64_t{3} * table.count);
    return table;
  }

  bool skip_blocks() {
    for (int size = stream_.get(); size != 0; size = stream_.get()) {
      if (size < 0 || stream_.left() < static_cast<std::uint64_t>(size)) return end_within_block();
      stream_.skip(static_cast<std::uint64_t>(size));
    }
    return true;
  }

  bool skip_extension() {
    const int label = stream_.get();
    if (label < 0) return end_within_block();
    if (label == kGraphicControl && frames == 0 && stream_.peek() >= 4) {
      std::array<std::uint8_t, 5> block{};
      if (stream_.read(block) < block.size()) return end_within_block();
      first.transparent = (block[1] & 1) != 0 ? block[4] : -1;
      stream_.skip(block[0] - std::uint64_t{4});
    }
    return skip_blocks();
  }

  bool skip_frame(std::uint64_t offset) {
    std::array<std::uint8_t, 9> head{};
    if (stream_.read(head) < head.size()) return end_within_block();
    const ColorTable colors = skip_colors(head[8]);
    if (frames++ == 0) {
      first.offset = offset;
      first.left = little_endian(&head[0]);
      first.top = little_endian(&head[2]);
      first.width = little_endian(&head[4]);
      first.height = little_endian(&head[6]);
      first.interlaced = (head[8] & 0x40) != 0;
      first.colors = colors;
    }
    if (stream_.get() < 0) return end_within_block();  // size of the codes
    return skip_blocks();
  }

  StreamReader stream_;
};

/// What giflib reads from. At the end of a cut file the last block of pixels is shortened to what
/// is there and zeros (ends of data) follow, so that every row that is there gets decoded.
class Feeder {
 public:
  explicit Feeder(const ByteSource& source) : stream_(source) {}

  static int on_read(GifFileType* codec, GifByteType* out, int count) {
    if (count <= 0) return 0;
    return static_cast<Feeder*>(codec->UserData)->read({out, static_cast<std::size_t>(count)});
  }

  void seek(std::uint64_t offset) { stream_.seek(offset); }
  /// From here on: blocks, each a size and as many bytes.
  void start_blocks() { in_blocks_ = true; }
  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] bool failed() const { return stream_.failed(); }

 private:
  int read(std::span<std::uint8_t> out) {
    if (!in_blocks_ || left_in_block_ > 0) {
      const std::size_t count = stream_.read(out);
      left_in_block_ -= std::min(left_in_block_, count);
      return static_cast<int>(count);
    }
    const auto size = static_cast<std::size_t>(std::max(0, stream_.peek()));
    cut_ = cut_ || stream_.peek() < 0 || stream_.left() - 1 < size;
    stream_.skip(1);
    left_in_block_ = static_cast<std::size_t>(std::min<std::uint64_t>(size, stream_.left()));
    out[0] = static_cast<std::uint8_t>(left_in_block_);
    return 1;
  }

  StreamReader stream_;
  bool in_blocks_ = false;
  bool cut_ = false;
  std::size_t left_in_block_ = 0;
};

struct CodecDeleter {
  void operator()(GifFileType* codec) const { DGifCloseFile(codec, nullptr); }
};

/// The rows of a frame in the order of the file.
class RowOrder {
 public:
  RowOrder(std::uint32_t height, bool interlaced) : height_(height), interlaced_(interlaced) {}

  [[nodiscard]] bool done() const { return y_ >= height_; }
  [[nodiscard]] std::uint32_t row() const { return y_; }
  void advance() {
    if (!interlaced_) {
      ++y_;
      return;
    }
    constexpr std::array<std::uint32_t, 4> starts{0, 4, 2, 1};
    constexpr std::array<std::uint32_t, 4> steps{8, 8, 4, 2};
    y_ += steps[pass_];
    while (y_ >= height_ && pass_ + 1 < starts.size()) y_ = starts[++pass_];
  }

 private:
  std::uint32_t height_;
  bool interlaced_;
  std::size_t pass_ = 0;
  std::uint32_t y_ = 0;
};

class GifDecoder : public Decoder {
 public:
  GifDecoder(Source source, const Limits& limits)
      : Decoder(std::move(source), limits), feeder_(*source_), order_(0, false) {
    const BlockWalk walk(*source_);
    if (walk.failed()) throw error(ErrorCode::unreadable, "reading failed");
    if (walk.frames == 0) throw error(ErrorCode::damaged, "GIF without a frame");
    frame_ = walk.first;
    if (std::uint64_t{frame_.width} * frame_.height > limits_.max_pixels)
      set_size(frame_.width, frame_.height, 1);  // throws: the frame is larger than the limit
    set_canvas(walk);
    info_.format = Format::gif;
    info_.color = "palette";
    info_.decoder = gif_version();
    info_.frames = walk.frames;
    info_.has_alpha = frame_.transparent >= 0 || !covers_canvas();
    if (walk.cut) {
      set_damage("the file ends within a block");
    } else if (!walk.trailer) {
      info_.warnings.emplace_back("GIF without an end mark, or something behind its last frame");
    }
    read_colors(frame_.colors.count > 0 ? frame_.colors : walk.global);
  }

  bool next(LumaRow& row) override {
    if (!started_) start();
    while (!order_.done()) {
      const std::uint64_t y = std::uint64_t{frame_.top} + order_.row();
      order_.advance();
      if (!read_line()) {
        // What was not decoded is lost, not ground.
        order_ = RowOrder(0, false);
        break;
      }
      if (y >= info_.height) continue;
      row = convert(static_cast<std::uint32_t>(y));
      return true;
    }
    return next_ground(row);
  }

 private:
  void set_canvas(const BlockWalk& walk) {
    std::uint64_t width = walk.width;
    std::uint64_t height = walk.height;
    if (width == 0 || height == 0) {
      info_.warnings.emplace_back("GIF canvas of no size, the first frame's size is taken");
      width = std::uint64_t{frame_.left} + frame_.width;
      height = std::uint64_t{frame_.top} + frame_.height;
    }
    set_size(width, height, frame_.transparent >= 0 ? 4 : 3);
  }

  bool covers_canvas() const {
    return frame_.left == 0 && frame_.top == 0 && frame_.width >= info_.width &&
           frame_.height >= info_.height;
  }

  void read_colors(const ColorTable& table) {
    std::array<std::uint8_t, 3 * 256> bytes{};
    const std::size_t size = std::size_t{3} * table.count;
    const std::size_t count = source_->read_at(table.offset, std::span(bytes).first(size)) / 3;
    color_count_ = static_cast<std::uint32_t>(count);
    for (std::size_t i = 0; i < colors_.size(); ++i)
      colors_[i] = {bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2], 255};
    if (table.count == 0) {
      info_.warnings.emplace_back("GIF without colours, taken as gray levels");
      color_count_ = 256;
      for (std::size_t i = 0; i < colors_.size(); ++i)
        std::fill_n(colors_[i].begin(), 3, static_cast<std::uint8_t>(i));
    }
    if (frame_.transparent >= 0) {
      colors_[static_cast<std::size_t>(frame_.transparent)] = {0, 0, 0, 0};
    }
  }

  void start() {
    started_ = true;
    ground_row_.resize(info_.width, ground());
    const bool visible = frame_.left < info_.width && frame_.top < info_.height;
    if (frame_.width == 0 || frame_.height == 0 || !visible) {
      frame_.height = 0;
      return;
    }
    int problem = D_GIF_SUCCEEDED;
    codec_.reset(DGifOpen(&feeder_, Feeder::on_read, &problem));
    if (codec_ == nullptr) return complain(problem);
    // Both walks must mean the same frame, so giflib is led to it.
    feeder_.seek(frame_.offset);
    GifRecordType kind = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(codec_.get(), &kind) == GIF_ERROR || kind != IMAGE_DESC_RECORD_TYPE ||
        DGifGetImageHeader(codec_.get()) == GIF_ERROR)
      return complain(codec_->Error);
    feeder_.start_blocks();
    line_.resize(frame_.width);
    order_ = RowOrder(frame_.height, frame_.interlaced);
  }

  bool read_line() {
    if (DGifGetLine(codec_.get(), line_.data(), static_cast<int>(frame_.width)) == GIF_OK)
      return true;
    complain(codec_->Error);
    return false;
  }

  void complain(int problem) {
    if (feeder_.failed()) return set_damage("reading the file failed");
    if (feeder_.cut()) return set_damage("the file ends before the picture does");
    const char* text = GifErrorString(problem);
    set_damage(text != nullptr ? text : "broken picture data");
  }

  LumaRow convert(std::uint32_t y) {
    pixels_.assign(std::size_t{4} * info_.width, 0);
    const std::uint32_t count = std::min(frame_.width, info_.width - frame_.left);
    std::uint8_t* out = pixels_.data() + std::size_t{4} * frame_.left;
    bool outside = false;
    for (std::uint32_t x = 0; x < count; ++x, out += 4) {
      const std::uint8_t index = line_[x];
      outside |= index >= color_count_ && index != frame_.transparent;
      std::copy_n(colors_[index].data(), 4, out);
    }
    if (outside) set_damage("a pixel's colour is not in the palette");
    return luma_.convert(y, pixels_, Channels::rgba, ground());
  }

  /// Rows above and below the frame.
  bool next_ground(LumaRow& row) {
    if (ground_y_ == frame_.top) ground_y_ += frame_.height;
    if (ground_y_ >= info_.height) return false;
    row = {static_cast<std::uint32_t>(ground_y_++), ground_row_, {}};
    return true;
  }

  using Color = std::array<std::uint8_t, 4>;

  Feeder feeder_;
  RowOrder order_;
  std::unique_ptr<GifFileType, CodecDeleter> codec_;
  Frame frame_;
  std::array<Color, 256> colors_{};
  std::uint32_t color_count_ = 0;
  std::vector<GifPixelType> line_;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::uint8_t> ground_row_;
  LumaBuffer luma_;
  std::uint64_t ground_y_ = 0;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_gif(Source source, const Limits& limits) {
  return std::make_unique<GifDecoder>(std::move(source), limits);
}

std::string gif_version() {
  // giflib cannot be asked while running.
  return "giflib " + std::to_string(GIFLIB_MAJOR) + "." + std::to_string(GIFLIB_MINOR) + "." +
         std::to_string(GIFLIB_RELEASE);
}

}  // namespace ectype::image
