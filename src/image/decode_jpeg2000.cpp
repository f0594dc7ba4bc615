#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/jpeg2000_header.hpp"
#include "image/luma.hpp"
#include "image/luma_buffer.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <openjpeg.h>

namespace ectype::image {
namespace {

using Header = Jpeg2000Header;

constexpr std::size_t kStreamBuffer = 1 << 16;
constexpr std::uint64_t kBytesPerSample = 4;  // openjp2 decodes to 32 bits
// A tile costs openjp2 some kilobytes, a code-block or precinct half of one, before it decodes.
constexpr std::uint64_t kMaxTileComponents = 200'000;
constexpr std::uint64_t kMaxCodeBlocks = 2'000'000;
// Planes of more than a gigabyte that would come from almost nothing are a flat colour or a trap.
constexpr std::uint64_t kLargePlanes = std::uint64_t{1} << 30;
constexpr std::uint64_t kMaxRatio = 20'000;

template <auto Free>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Codec = std::unique_ptr<opj_codec_t, Release<opj_destroy_codec>>;
using Stream = std::unique_ptr<opj_stream_t, Release<opj_stream_destroy>>;
using Picture = std::unique_ptr<opj_image_t, Release<opj_image_destroy>>;

/// What the callbacks of openjp2 see.
struct Session {
  const ByteSource* source = nullptr;
  std::uint64_t offset = 0;
  bool read_failed = false;
  std::string message;  // the first since it was last cleared
};

OPJ_SIZE_T on_read(void* buffer, OPJ_SIZE_T count, void* user) {
  auto& session = *static_cast<Session*>(user);
  std::size_t done = 0;
  try {
    done = session.source->read_at(session.offset, {static_cast<std::uint8_t*>(buffer), count});
  } catch (...) {
    session.read_failed = true;
  }
  session.offset += done;
  return done == 0 ? static_cast<OPJ_SIZE_T>(-1) : done;
}

OPJ_OFF_T on_skip(OPJ_OFF_T count, void* user) {
  auto& session = *static_cast<Session*>(user);
  const std::uint64_t left = session.source->size() - session.offset;
  if (count < 0 || left == 0) return -1;
  const std::uint64_t step = std::min(static_cast<std::uint64_t>(count), left);
  session.offset += step;
  return static_cast<OPJ_OFF_T>(step);
}

OPJ_BOOL on_seek(OPJ_OFF_T offset, void* user) {
  auto& session = *static_cast<Session*>(user);
  if (offset < 0 || static_cast<std::uint64_t>(offset) > session.source->size()) return OPJ_FALSE;
  session.offset = static_cast<std::uint64_t>(offset);
  return OPJ_TRUE;
}

void on_information(const char*, void*) {}

void on_complaint(const char* text, void* user) {
  auto& session = *static_cast<Session*>(user);
  if (!session.message.empty()) return;
  try {
    session.message = text;
    while (!session.message.empty() && session.message.back() == '\n') session.message.pop_back();
  } catch (...) {  // no memory for a message
  }
}

class Jpeg2000Decoder : public Decoder {
 public:
  Jpeg2000Decoder(Source source, const Limits& limits) : Decoder(std::move(source), limits) {
    std::string problem;
    auto header = read_jpeg2000_header(*source_, problem);
    if (!header) throw error(ErrorCode::damaged, problem);
    header_ = *std::move(header);
    set_size(header_.width(), header_.height(), header_.channels * kBytesPerSample);
    refuse_bombs();
    describe();
    open_codec();
  }

  bool next(LumaRow& row) override {
    if (!started_) {
      started_ = true;
      decode();
    }
    while (decoded_ && y_ < info_.height && !is_whole(y_)) ++y_;
    if (!decoded_ || y_ >= info_.height) return false;
    row = convert(y_);
    ++y_;
    return true;
  }

 private:
  /// openjp2 sets up its tables and planes whether or not there is data to fill them.
  void refuse_bombs() {
    if (header_.tiles() > 65535)
      throw error(ErrorCode::damaged, "JPEG 2000 of more than 65535 tiles");
    count_code_blocks(*source_, header_);
    const std::uint64_t planes =
        header_.width() * header_.height() * header_.channels * kBytesPerSample;
    if (header_.tiles() * header_.components.size() > kMaxTileComponents ||
        header_.code_blocks > kMaxCodeBlocks ||
        (planes > kLargePlanes && planes / kMaxRatio > source_->size()))
      throw error(ErrorCode::over_limit,
                  "JPEG 2000 that takes far more memory than its data and size warrant; this "
                  "version has no way to raise this limit");
  }

  void describe() {
    info_.format = Format::jpeg2000;
    info_.decoder = jpeg2000_version();
    info_.has_icc_profile = header_.has_icc_profile;
    for (const Header::Component& component : header_.components)
      info_.bits_per_channel =
          std::max(&component == &header_.components[0] ? 1 : info_.bits_per_channel,
                   static_cast<int>(component.bits));
    if (!header_.exif.empty()) set_orientation(exif_orientation(header_.exif));
    choose_channels();
  }

  void choose_channels() {
    Header::Color color = header_.color;
    if (color == Header::Color::other)
      throw error(ErrorCode::unsupported,
                  "JPEG 2000 in the colour space number " + std::to_string(header_.color_number));
    if (color == Header::Color::unknown)
      color = header_.channels < 3 ? Header::Color::gray
              : is_subsampled()    ? Header::Color::ycc
                                   : Header::Color::rgb;
    colors_ = color == Header::Color::gray ? 1 : color == Header::Color::cmyk ? 4 : 3;
    if (header_.channels < colors_) {  // said to be RGB, but with one channel
      color = Header::Color::gray;
      colors_ = 1;
    }
    color_ = color;
    constexpr std::array<const char*, 6> names{"", "gray", "rgb", "ycbcr", "cmyk", ""};
    info_.color = header_.has_palette ? "palette" : names[static_cast<std::size_t>(color)];
    info_.has_alpha = header_.defines_alpha;
    const std::uint32_t extra = header_.channels - colors_;
    if (header_.has_definitions || extra == 0) return;
    // Most writers mean alpha by one channel more and do not say so.
    info_.has_alpha = guess_alpha_ = extra == 1;
    info_.warnings.emplace_back(guess_alpha_ ? "the last channel is taken for alpha"
                                             : "channels of unknown meaning are ignored");
  }

  bool is_subsampled() const {
    const auto& parts = header_.components;
    return parts.size() >= 3 && parts[0].step_x == header_.step_x() &&
           parts[1].step_x > parts[0].step_x;
  }

  void open_codec() {
    session_.source = source_.get();
    codec_.reset(opj_create_decompress(header_.boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
    stream_.reset(opj_stream_create(kStreamBuffer, OPJ_STREAM_READ));
    if (!codec_ || !stream_) throw std::bad_alloc();
    opj_set_info_handler(codec_.get(), on_information, nullptr);
    opj_set_warning_handler(codec_.get(), on_complaint, &session_);
    opj_set_error_handler(codec_.get(), on_complaint, &session_);
    opj_stream_set_read_function(stream_.get(), on_read);
    opj_stream_set_skip_function(stream_.get(), on_skip);
    opj_stream_set_seek_function(stream_.get(), on_seek);
    opj_stream_set_user_data(stream_.get(), &session_, nullptr);
    opj_stream_set_user_data_length(stream_.get(), source_->size());

    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t* picture = nullptr;
    bool good = opj_setup_decoder(codec_.get(), &parameters) == OPJ_TRUE;
    good = good && opj_decoder_set_strict_mode(codec_.get(), OPJ_FALSE) == OPJ_TRUE;
    opj_codec_set_threads(codec_.get(), 0);  // whatever OPJ_NUM_THREADS says
    good = good && opj_read_header(stream_.get(), codec_.get(), &picture) == OPJ_TRUE;
    picture_.reset(picture);
    if (session_.read_failed) throw error(ErrorCode::unreadable, "reading failed");
    if (!good || !picture_)
      throw error(ErrorCode::damaged, "broken JPEG 2000 header: " + session_.message);
    if (picture_->numcomps != header_.components.size() || picture_->x1 != header_.x1 ||
        picture_->y1 != header_.y1 || picture_->x0 != header_.x0 || picture_->y0 != header_.y0)
      throw error(ErrorCode::damaged, "JPEG 2000 with headers that contradict each other");
    if (!session_.message.empty()) info_.warnings.push_back(session_.message);
    session_.message.clear();
  }

  void decode() {
    const bool good = opj_decode(codec_.get(), stream_.get(), picture_.get()) == OPJ_TRUE;
    if (session_.read_failed) set_damage("reading the file failed");
    if (!session_.message.empty()) set_damage("JPEG 2000: " + session_.message);
    tile_rows_ = whole_tile_rows(*source_, header_);
    if (std::find(tile_rows_.begin(), tile_rows_.end(), false) != tile_rows_.end())
      set_damage("the file ends before the picture does");
    if (!good) return set_damage("JPEG 2000: decoding failed");
    decoded_ = take_channels();
    if (!decoded_) set_damage("JPEG 2000: channels are missing");
  }

  /// Finds the planes of the colours and of alpha, as openjp2 ordered them.
  bool take_channels() {
    const std::span components(picture_->comps, picture_->numcomps);
    for (const opj_image_comp_t& component : components) {
      const bool usable = component.data != nullptr && component.w > 0 && component.h > 0 &&
                          component.dx > 0 && component.dy > 0 && component.prec >= 1 &&
                          component.prec <= 38;
      const bool is_alpha = component.alpha == 1 || component.alpha == 2;
      if (is_alpha && usable && alpha_ == nullptr) {
        alpha_ = &component;
        premultiplied_ = component.alpha == 2;
      } else if (component.alpha == 0 && planes_.size() < colors_) {
        if (!usable) return false;
        planes_.push_back(&component);
      } else if (guess_alpha_ && usable && component.alpha == 0 && alpha_ == nullptr) {
        alpha_ = &component;
      }
    }
    return planes_.size() == colors_;
  }

  /// False for rows that cross a tile of which the file holds nothing.
  bool is_whole(std::uint32_t y) const {
    const std::uint64_t step = header_.step_y();
    const std::uint64_t grid = ((header_.y0 + step - 1) / step + y) * step;
    const std::uint64_t tile = (grid - header_.tile_y0) / header_.tile_height;
    return tile >= tile_rows_.size() || tile_rows_[tile];
  }

  /// A row of one component as 8 bits, each sample repeated where it is subsampled.
  void sample(const opj_image_comp_t& part, std::uint32_t y, std::vector<std::uint8_t>& out) const {
    const auto index = [](std::uint64_t start, std::uint64_t step, std::uint64_t at,
                          std::uint64_t part_step, std::uint64_t size) {
      const std::uint64_t grid = ((start + step - 1) / step + at) * step / part_step;
      const std::uint64_t first = (start + part_step - 1) / part_step;
      return std::min(grid > first ? grid - first : 0, size - 1);
    };
    const std::uint64_t line = index(header_.y0, header_.step_y(), y, part.dy, part.h);
    const OPJ_INT32* data = part.data + line * part.w;
    const std::int64_t top = (std::int64_t{1} << part.prec) - 1;
    const std::int64_t shift = part.sgnd != 0 ? std::int64_t{1} << (part.prec - 1) : 0;
    const bool full = part.dx == header_.step_x() && part.w == info_.width;
    out.resize(info_.width);
    for (std::uint32_t x = 0; x < info_.width; ++x) {
      const std::uint64_t at = full ? x : index(header_.x0, header_.step_x(), x, part.dx, part.w);
      const std::int64_t value = std::clamp(data[at] + shift, std::int64_t{0}, top);
      out[x] = top == 255
                   ? static_cast<std::uint8_t>(value)
                   : to_8_bits(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(top));
    }
  }

  LumaRow convert(std::uint32_t y) {
    for (std::size_t c = 0; c < planes_.size(); ++c) sample(*planes_[c], y, rows_[c]);
    if (alpha_ != nullptr) sample(*alpha_, y, rows_[4]);
    if (color_ == Header::Color::ycc) to_rgb_from_ycc();
    if (color_ == Header::Color::cmyk) to_rgb_from_cmyk();
    const std::size_t shown = color_ == Header::Color::gray ? 1 : 3;
    const bool with_alpha = alpha_ != nullptr && !premultiplied_;
    const Channels channels = shown == 1 ? (with_alpha ? Channels::gray_alpha : Channels::gray)
                                         : (with_alpha ? Channels::rgba : Channels::rgb);
    packed_.resize(info_.width * channel_count(channels));
    std::uint8_t* out = packed_.data();
    for (std::size_t x = 0; x < info_.width; ++x) {
      for (std::size_t c = 0; c < shown; ++c) *out++ = shown_value(rows_[c][x], x);
      if (with_alpha) *out++ = rows_[4][x];
    }
    return luma_.convert(y, packed_, channels, ground());
  }

  std::uint8_t shown_value(std::uint32_t value, std::size_t x) const {
    if (alpha_ == nullptr || !premultiplied_) return static_cast<std::uint8_t>(value);
    return over_ground_premultiplied(value, rows_[4][x], ground());
  }

  /// ITU-R BT.601 of full range, in units of 1 / 65536.
  void to_rgb_from_ycc() {
    const auto clamp = [](int value) {
      return static_cast<std::uint8_t>(std::clamp((value + 32768) >> 16, 0, 255));
    };
    for (std::size_t x = 0; x < info_.width; ++x) {
      const int luma = rows_[0][x] * 65536;
      const int blue = rows_[1][x] - 128;
      const int red = rows_[2][x] - 128;
      rows_[0][x] = clamp(luma + 91881 * red);
      rows_[1][x] = clamp(luma - 22554 * blue - 46802 * red);
      rows_[2][x] = clamp(luma + 116130 * blue);
    }
  }

  void to_rgb_from_cmyk() {
    cmyk_.resize(std::size_t{4} * info_.width);
    packed_.resize(std::size_t{3} * info_.width);
    for (std::size_t x = 0; x < info_.width; ++x)
      for (std::size_t c = 0; c < 4; ++c) cmyk_[4 * x + c] = rows_[c][x];
    rgb_from_cmyk(cmyk_, packed_);
    for (std::size_t x = 0; x < info_.width; ++x)
      for (std::size_t c = 0; c < 3; ++c) rows_[c][x] = packed_[3 * x + c];
  }

  Header header_;
  Session session_;
  Codec codec_;
  Stream stream_;
  Picture picture_;
  Header::Color color_ = Header::Color::gray;
  std::uint32_t colors_ = 1;
  bool guess_alpha_ = false;
  bool premultiplied_ = false;
  std::vector<const opj_image_comp_t*> planes_;
  const opj_image_comp_t* alpha_ = nullptr;
  std::vector<bool> tile_rows_;
  std::array<std::vector<std::uint8_t>, 5> rows_;
  std::vector<std::uint8_t> cmyk_;
  std::vector<std::uint8_t> packed_;
  LumaBuffer luma_;
  std::uint32_t y_ = 0;
  bool started_ = false;
  bool decoded_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_jpeg2000(Source source, const Limits& limits) {
  return std::make_unique<Jpeg2000Decoder>(std::move(source), limits);
}

std::string jpeg2000_version() { return std::string("openjp2 ") + opj_version(); }

}  // namespace ectype::image
