#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/jpeg_session.hpp"
#include "image/luma_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace ectype::image {
namespace {

constexpr int kMarkerExif = JPEG_APP0 + 1;
constexpr int kMarkerIcc = JPEG_APP0 + 2;

class JpegDecoder : public Decoder {
 public:
  JpegDecoder(Source source, const Limits& limits, std::uint32_t shrink)
      : Decoder(std::move(source), limits), session_(std::make_unique<JpegSession>()) {
    session_->begin(*source_, limits_.max_jpeg_scans, JpegSession::kNoEnd);
    try {
      read_header();
      describe();
      choose_output(shrink);
    } catch (...) {
      jpeg_destroy_decompress(&session_->codec);
      throw;
    }
  }
  ~JpegDecoder() override { jpeg_destroy_decompress(&session_->codec); }

  std::uint32_t row_width() const override { return session_->codec.output_width; }
  std::uint32_t row_count() const override { return session_->codec.output_height; }
  std::uint32_t shrink() const override {
    return static_cast<std::uint32_t>(8 / session_->codec.scale_num);
  }

  bool next(LumaRow& row) override {
    JpegSession& session = *session_;
    if (!started_) {
      started_ = true;
      if (!start() && !start_with_whole_scans()) return stop();
      line_.resize(std::size_t{session.codec.output_width} *
                   static_cast<std::size_t>(session.codec.output_components));
      session.row = line_.data();
    }
    if (session.codec.output_scanline >= session.codec.output_height) return finish();
    const std::uint32_t y = session.codec.output_scanline;
    if (!session_->guarded([](JpegSession& s) { jpeg_read_scanlines(&s.codec, &s.row, 1); }))
      return stop();
    if (y >= first_lost_row()) return finish();
    row = convert(y);
    return true;
  }

 private:
  bool start() {
    return session_->guarded([](JpegSession& s) { jpeg_start_decompress(&s.codec); });
  }

  /// A progressive picture with a broken scan is still shown by the scans before it.
  bool start_with_whole_scans() {
    const JpegSession& session = *session_;
    if (session.too_many_scans || session.whole_scans == 0 || session_->is_unsupported())
      return false;
    set_damage("scan " + std::to_string(session.whole_scans + 1) + " is broken (" +
               session.message + "), its detail is lost");
    const std::uint64_t end = session.whole_scans_end;
    const std::uint32_t scale = shrink();
    jpeg_destroy_decompress(&session_->codec);
    session_->begin(*source_, limits_.max_jpeg_scans, end);
    read_header();
    choose_output(scale);
    return start();
  }

  Error unsupported() const {
    return error(ErrorCode::unsupported,
                 std::string("JPEG of a kind that is not decoded: ") + session_->message);
  }

  void read_header() {
    JpegSession& session = *session_;
    const bool read = session_->guarded([](JpegSession& s) {
      jpeg_save_markers(&s.codec, kMarkerExif, 0xFFFF);
      jpeg_save_markers(&s.codec, kMarkerIcc, 16);
      jpeg_read_header(&s.codec, TRUE);
    });
    if (session.read_failed) throw error(ErrorCode::unreadable, "reading failed");
    if (!read && session_->is_unsupported()) throw unsupported();
    if (!read && session.errors.msg_code == JERR_IMAGE_TOO_BIG)
      throw error(ErrorCode::over_limit,
                  std::string("larger than libjpeg decodes: ") + session.message);
    if (!read)
      throw error(ErrorCode::damaged, std::string("broken JPEG header: ") + session.message);
  }

  void describe() {
    const jpeg_decompress_struct& codec = session_->codec;
    set_size(codec.image_width, codec.image_height,
             static_cast<std::uint64_t>(codec.num_components));
    info_.format = Format::jpeg;
    info_.bits_per_channel = codec.data_precision;
    info_.decoder = jpeg_version();
    // Only libjpeg-turbo 3 reads the header of the others at all.
    if (codec.data_precision != 8)
      throw error(ErrorCode::unsupported,
                  "JPEG of " + std::to_string(codec.data_precision) + " bits is not decoded");
    read_markers();
  }

  void choose_output(std::uint32_t shrink) {
    jpeg_decompress_struct& codec = session_->codec;
    choose_color(codec);
    session_->needed =
        codec.out_color_space == JCS_GRAYSCALE ? 1 : (1u << codec.num_components) - 1;
    codec.dct_method = JDCT_ISLOW;
    codec.scale_num = 8 / shrink;
    codec.scale_denom = 8;
    jpeg_calc_output_dimensions(&codec);
  }

  void choose_color(jpeg_decompress_struct& codec) {
    switch (codec.jpeg_color_space) {
      case JCS_GRAYSCALE:
      case JCS_YCbCr:
        info_.color = codec.jpeg_color_space == JCS_YCbCr ? "ycbcr" : "gray";
        codec.out_color_space = JCS_GRAYSCALE;
        break;
      case JCS_CMYK:
      case JCS_YCCK:
        info_.color = codec.jpeg_color_space == JCS_YCCK ? "ycck" : "cmyk";
        codec.out_color_space = JCS_CMYK;
        break;
      case JCS_RGB:
        info_.color = "rgb";
        codec.out_color_space = JCS_RGB;
        break;
      default:
        throw error(ErrorCode::unsupported, "JPEG of " + std::to_string(codec.num_components) +
                                                " components in an unknown colour space");
    }
  }

  void read_markers() {
    bool orientation_known = false;
    for (auto* marker = session_->codec.marker_list; marker != nullptr; marker = marker->next) {
      const std::span<const std::uint8_t> data(marker->data, marker->data_length);
      if (marker->marker == kMarkerExif && data.size() >= 6 &&
          std::memcmp(data.data(), "Exif\0", 6) == 0 && !orientation_known) {
        set_orientation(exif_orientation(data));
        orientation_known = true;
      }
      if (marker->marker == kMarkerIcc && data.size() >= 12 &&
          std::memcmp(data.data(), "ICC_PROFILE", 12) == 0)
        info_.has_icc_profile = true;
    }
  }

  /// Rows of the picture from this one on were made up by libjpeg.
  std::uint32_t first_lost_row() const {
    const JpegSession& session = *session_;
    const jpeg_decompress_struct& codec = session.codec;
    if (jpeg_has_multiple_scans(&session_->codec) &&
        (session.seen & session.needed) != session.needed)
      return 0;
    if (!session.lost) return codec.output_height;
    // A scan that holds one component alone counts its rows in blocks of that component.
    const JDIMENSION rows_per_mcu =
        static_cast<JDIMENSION>(codec.max_v_samp_factor) * DCTSIZE / shrink();
    return session.lost_row * rows_per_mcu;
  }

  LumaRow convert(std::uint32_t y) {
    switch (session_->codec.out_color_space) {
      case JCS_GRAYSCALE:
        return {y, line_, {}};
      case JCS_RGB:
        return luma_.convert(y, line_, Channels::rgb, ground());
      default:
        break;
    }
    // Adobe writes its inks inverted: 255 is no ink.
    if (session_->codec.saw_Adobe_marker != 0)
      for (std::uint8_t& ink : line_) ink = static_cast<std::uint8_t>(255 - ink);
    rgb_.resize(line_.size() / 4 * 3);
    rgb_from_cmyk(line_, rgb_);
    return luma_.convert(y, rgb_, Channels::rgb, ground());
  }

  bool finish() {
    // The end of the file is read too: damage of a last scan shows there.
    if (!finished_ && session_->codec.output_scanline >= session_->codec.output_height)
      session_->guarded([](JpegSession& s) { jpeg_finish_decompress(&s.codec); });
    finished_ = true;
    return note_damage();
  }

  bool stop() {
    if (session_->too_many_scans)
      throw error(ErrorCode::over_limit,
                  "progressive JPEG of more than " + std::to_string(limits_.max_jpeg_scans) +
                      " scans; raise it with --max-jpeg-scans (Limits::max_jpeg_scans)");
    if (session_->is_unsupported()) throw unsupported();
    set_damage(session_->message);
    return note_damage();
  }

  bool note_damage() {
    const JpegSession& session = *session_;
    if (session.read_failed) set_damage("reading the file failed");
    if (session.cut)
      set_damage(session.cut_scan > 1
                     ? "the file ends in scan " + std::to_string(session.cut_scan) +
                           ", later detail is lost"
                     : "the file ends before the picture does");
    if (session.complaint[0] != '\0') set_damage(session.complaint);
    return false;
  }

  std::unique_ptr<JpegSession> session_;
  std::vector<std::uint8_t> line_;
  std::vector<std::uint8_t> rgb_;
  LumaBuffer luma_;
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_jpeg(Source source, const Limits& limits, std::uint32_t shrink) {
  return std::make_unique<JpegDecoder>(std::move(source), limits, shrink);
}

std::string jpeg_version() {
#define ECTYPE_TEXT_OF(x) #x
#define ECTYPE_TEXT(x) ECTYPE_TEXT_OF(x)
  return "libjpeg-turbo " ECTYPE_TEXT(LIBJPEG_TURBO_VERSION);
}

}  // namespace ectype::image
