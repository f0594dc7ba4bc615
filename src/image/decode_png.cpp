#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/luma_buffer.hpp"
#include "image/png_chunks.hpp"
#include "image/stream_reader.hpp"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <png.h>

namespace ectype::image {
namespace {

constexpr std::size_t kMaxWarnings = 8;
constexpr int kPasses = 7;

/// What libpng's callbacks see. They are C: they leave by longjmp, never by an exception.
struct Session {
  explicit Session(const ByteSource& source) : stream(source) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    png_destroy_read_struct(&png, &info, nullptr);
    std::free(frame);  // NOLINT: from calloc
  }

  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf recover{};
  std::array<char, 256> message{};    // of the fatal error
  std::array<char, 256> complaint{};  // of the first warning about the picture
  StreamReader stream;
  std::vector<std::string> warnings;
  std::uint8_t* row = nullptr;    // where the next row goes
  std::uint8_t* frame = nullptr;  // all rows of an interlaced picture
  std::size_t row_bytes = 0;
  std::uint32_t rows = 0;
  int pass = 0;
  std::uint32_t pass_row = 0;
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  std::snprintf(session.message.data(), session.message.size(), "%s", text);
  std::longjmp(session.recover, 1);
}

/// Whether a warning means that pixels may be wrong. libpng prefixes the chunk's name.
bool harms_picture(std::string_view text) {
  const std::string_view chunk = text.substr(0, 4);
  if (chunk != "IDAT" && chunk != "PLTE" && chunk != "IHDR" && chunk != "tRNS") return false;
  for (const char* harmless :
       {"Extra compressed data", "Too much image data", "invalid with alpha channel", "duplicate"})
    if (text.find(harmless) != std::string_view::npos) return false;
  return true;
}

void on_warning(png_structp png, png_const_charp text) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(png));
  if (harms_picture(text)) {
    if (session.complaint[0] == '\0')
      std::snprintf(session.complaint.data(), session.complaint.size(), "%s", text);
    return;
  }
  try {
    if (session.warnings.size() < kMaxWarnings) session.warnings.emplace_back(text);
  } catch (...) {
    return;
  }
}

void on_read(png_structp png, png_bytep out, std::size_t count) {
  auto& session = *static_cast<Session*>(png_get_io_ptr(png));
  if (session.stream.read({out, count}) < count)
    png_error(png, session.stream.failed() ? "reading the file failed"
                                           : "the file ends before the picture does");
}

template <int Depth>
std::uint32_t sample(const std::uint8_t* raw, std::size_t index) {
  if constexpr (Depth == 16)
    return static_cast<std::uint32_t>(raw[2 * index] << 8 | raw[2 * index + 1]);
  if constexpr (Depth == 8) return raw[index];
  constexpr std::size_t per_byte = 8 / std::min(Depth, 8);
  const std::size_t shift = (per_byte - 1 - index % per_byte) * Depth;
  return raw[index / per_byte] >> shift & ((1u << Depth) - 1);
}

class PngDecoder : public Decoder {
 public:
  PngDecoder(Source source, const Limits& limits)
      : Decoder(std::move(source), limits), session_(std::make_unique<Session>(*source_)) {
    const PngChunks chunks = scan_png_chunks(*source_);
    if (chunks.apple) throw error(ErrorCode::unsupported, "PNG of Apple's private kind (CgBI)");
    start_session();
    read_header();
    info_.frames = chunks.frames;
    info_.has_icc_profile = chunks.has_icc_profile;
    if (chunks.exif) set_orientation(exif_orientation(*chunks.exif));
  }

  bool next(LumaRow& row) override {
    if (finished_) return false;
    if (!started_) {
      started_ = true;
      if (!start()) return stop();
    }
    Session& session = *session_;
    if (y_ >= rows_ready_) return session.message[0] != '\0' ? stop() : finish();
    const std::uint8_t* raw = line_.data();
    if (session.frame != nullptr) {
      raw = session.frame + session.row_bytes * y_;
    } else if (!guarded([](Session& s) { png_read_row(s.png, s.row, nullptr); })) {
      return stop();
    }
    row = convert(y_++, raw);
    return true;
  }

 private:
  /// Runs C code that may leave by longjmp. `step` holds nothing with a destructor.
  template <typename Step>
  bool guarded(Step step) {
    if (setjmp(session_->recover) != 0) return false;  // NOLINT: the codec's only way out
    step(*session_);
    return true;
  }

  void start_session() {
    Session& session = *session_;
    session.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, on_error, on_warning);
    if (session.png != nullptr) session.info = png_create_info_struct(session.png);
    if (session.info == nullptr) throw error(ErrorCode::internal, "libpng does not start");
    const bool ready = guarded([](Session& s) {
      png_set_read_fn(s.png, &s, on_read);
      png_set_user_limits(s.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
      // Texts, profiles and such are passed over, unpacked by nobody.
      png_set_keep_unknown_chunks(s.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      // Critical data is used as far as it goes, and the picture counts as damaged.
      png_set_crc_action(s.png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
    });
    if (!ready) throw error(ErrorCode::internal, session.message.data());
  }

  void read_header() {
    Session& session = *session_;
    const bool read = guarded([](Session& s) { png_read_info(s.png, s.info); });
    if (session.stream.failed()) throw error(ErrorCode::unreadable, "reading failed");
    if (!read)
      throw error(ErrorCode::damaged, std::string("broken PNG header: ") + session.message.data());
    depth_ = png_get_bit_depth(session.png, session.info);
    const int type = png_get_color_type(session.png, session.info);
    palette_ = type == PNG_COLOR_TYPE_PALETTE;
    channels_ = (type & PNG_COLOR_MASK_COLOR) != 0 ? Channels::rgb : Channels::gray;
    samples_ = png_get_channels(session.png, session.info);
    if ((type & PNG_COLOR_MASK_ALPHA) != 0 || read_transparency()) add_alpha();
    set_size(png_get_image_width(session.png, session.info),
             png_get_image_height(session.png, session.info),
             channel_count(channels_) * (depth_ == 16 ? 2 : 1));
    if (palette_) read_palette();
    info_.format = Format::png;
    info_.has_alpha = channels_ == Channels::gray_alpha || channels_ == Channels::rgba;
    info_.bits_per_channel = palette_ ? 8 : depth_;
    info_.color = palette_ ? "palette" : is_gray(channels_) ? "gray" : "rgb";
    info_.decoder = png_version();
    info_.warnings = std::move(session.warnings);
    session.warnings.clear();
    for (std::uint32_t value = 0; depth_ <= 8 && value < 1u << depth_; ++value)
      scaled_[value] = to_8_bits(value, (1u << depth_) - 1);
  }

  void add_alpha() {
    channels_ = channels_ == Channels::gray ? Channels::gray_alpha : Channels::rgba;
  }

  /// Returns whether there is a tRNS that applies.
  bool read_transparency() {
    png_bytep alphas = nullptr;
    int count = 0;
    png_color_16p key = nullptr;
    if (png_get_tRNS(session_->png, session_->info, &alphas, &count, &key) == 0) return false;
    for (Color& color : colors_) color[3] = 255;
    if (palette_) {
      for (int i = 0; alphas != nullptr && i < std::min(count, 256); ++i)
        colors_[static_cast<std::size_t>(i)][3] = alphas[i];
      return alphas != nullptr && count > 0;
    }
    if (key == nullptr) return false;
    has_key_ = true;
    // The bits above the depth are to be ignored.
    const std::uint32_t mask = (1u << depth_) - 1;
    if (channels_ == Channels::gray) {
      key_ = {key->gray & mask, 0, 0};
    } else {
      key_ = {key->red & mask, key->green & mask, key->blue & mask};
    }
    return true;
  }

  void read_palette() {
    png_colorp entries = nullptr;
    int count = 0;
    if (png_get_PLTE(session_->png, session_->info, &entries, &count) == 0 || entries == nullptr)
      count = 0;
    color_count_ = static_cast<std::uint32_t>(std::min(count, 256));
    for (std::size_t i = 0; i < colors_.size(); ++i) {
      // An index that the palette does not have is black.
      const png_color entry = i < color_count_ ? entries[i] : png_color{};
      const std::uint8_t alpha = i < color_count_ ? colors_[i][3] : std::uint8_t{255};
      colors_[i] = {entry.red, entry.green, entry.blue, alpha};
    }
  }

  bool start() {
    Session& session = *session_;
    const bool interlaced = png_get_interlace_type(session.png, session.info) != PNG_INTERLACE_NONE;
    const bool ready = guarded([](Session& s) {
      png_set_interlace_handling(s.png);
      png_read_update_info(s.png, s.info);
      s.row_bytes = png_get_rowbytes(s.png, s.info);
    });
    if (!ready) return false;
    rows_ready_ = info_.height;
    session.rows = info_.height;
    if (interlaced) return read_frame();
    line_.resize(session.row_bytes);
    session.row = line_.data();
    return true;
  }

  bool read_frame() {
    Session& session = *session_;
    // calloc: pages that no row is written to cost nothing.
    session.frame = static_cast<std::uint8_t*>(std::calloc(session.rows, session.row_bytes));
    if (session.frame == nullptr)
      throw error(ErrorCode::over_limit, "not enough memory for an interlaced picture");
    const bool whole = guarded([](Session& s) {
      for (s.pass = 0; s.pass < kPasses; ++s.pass)
        for (s.pass_row = 0; s.pass_row < s.rows; ++s.pass_row)
          png_read_row(s.png, nullptr, s.frame + s.row_bytes * s.pass_row);
    });
    // Each pixel of a pass fills its block until a later pass refines it, so the first pass
    // already gives all rows, coarsely, as the first scan of a progressive JPEG does.
    if (!whole && session.pass == 0) rows_ready_ = session.pass_row;
    return true;
  }

  LumaRow convert(std::uint32_t y, const std::uint8_t* raw) {
    switch (depth_) {
      case 1:
        return convert<1>(y, raw);
      case 2:
        return convert<2>(y, raw);
      case 4:
        return convert<4>(y, raw);
      case 8:
        return convert<8>(y, raw);
      default:
        return convert<16>(y, raw);
    }
  }

  template <int Depth>
  LumaRow convert(std::uint32_t y, const std::uint8_t* raw) {
    const std::size_t bytes = std::size_t{info_.width} * channel_count(channels_);
    if (Depth == 8 && !palette_ && !has_key_)
      return luma_.convert(y, {raw, bytes}, channels_, ground());
    pixels_.resize(bytes);
    if (palette_) {
      expand_palette<Depth>(raw);
    } else {
      expand_samples<Depth>(raw);
    }
    return luma_.convert(y, pixels_, channels_, ground());
  }

  template <int Depth>
  void expand_palette(const std::uint8_t* raw) {
    const std::size_t step = channel_count(channels_);
    std::uint32_t highest = 0;
    std::uint8_t* out = pixels_.data();
    for (std::size_t x = 0; x < info_.width; ++x, out += step) {
      const std::uint32_t index = sample<Depth>(raw, x);
      highest = std::max(highest, index);
      std::copy_n(colors_[index & 255].data(), step, out);
    }
    if (highest >= color_count_) set_damage("a pixel's colour is not in the palette");
  }

  template <int Depth>
  void expand_samples(const std::uint8_t* raw) {
    const std::size_t count = samples_;
    std::uint8_t* out = pixels_.data();
    for (std::size_t x = 0; x < info_.width; ++x) {
      bool transparent = has_key_;
      for (std::size_t c = 0; c < count; ++c) {
        const std::uint32_t value = sample<Depth>(raw, x * count + c);
        if (has_key_) transparent = transparent && value == key_[c];
        *out++ = Depth == 16 ? to_8_bits(value, 65535) : scaled_[value & 255];
      }
      if (has_key_) *out++ = transparent ? 0 : 255;
    }
  }

  bool finish() {
    // The end of the file is read too: the checksum of the last data stands there.
    if (!guarded([](Session& s) { png_read_end(s.png, nullptr); })) return stop();
    return note_damage();
  }

  bool stop() {
    set_damage(session_->message.data());
    return note_damage();
  }

  bool note_damage() {
    finished_ = true;
    if (session_->complaint[0] != '\0') set_damage(session_->complaint.data());
    return false;
  }

  using Color = std::array<std::uint8_t, 4>;

  std::unique_ptr<Session> session_;
  std::vector<std::uint8_t> line_;
  std::vector<std::uint8_t> pixels_;
  LumaBuffer luma_;
  Channels channels_ = Channels::gray;  // of the pixels that luma is made from
  std::size_t samples_ = 1;             // a pixel in the file
  int depth_ = 8;
  bool palette_ = false;
  bool has_key_ = false;
  std::array<std::uint32_t, 3> key_{};
  std::array<std::uint8_t, 256> scaled_{};
  std::array<Color, 256> colors_{};
  std::uint32_t color_count_ = 0;
  std::uint32_t y_ = 0;
  std::uint32_t rows_ready_ = 0;
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_png(Source source, const Limits& limits) {
  return std::make_unique<PngDecoder>(std::move(source), limits);
}

std::string png_version() { return std::string("libpng ") + png_get_libpng_ver(nullptr); }

}  // namespace ectype::image
