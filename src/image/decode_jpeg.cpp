#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/luma_buffer.hpp"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

namespace ectype::image {
namespace {

constexpr int kMarkerExif = JPEG_APP0 + 1;
constexpr int kMarkerIcc = JPEG_APP0 + 2;

/// What libjpeg's callbacks see. They are C: they leave by longjmp, never by an exception.
struct Session {
  jpeg_decompress_struct codec;
  jpeg_error_mgr errors;
  jpeg_source_mgr reader;
  jpeg_progress_mgr progress;
  std::jmp_buf recover;
  char message[JMSG_LENGTH_MAX];    // of the fatal error
  char complaint[JMSG_LENGTH_MAX];  // of the first warning about the data
  const ByteSource* source;
  std::uint64_t offset;
  std::uint64_t end;  // what follows counts as not there
  std::array<std::uint8_t, 1 << 16> buffer;
  bool read_failed;
  bool too_many_scans;
  std::uint32_t max_scans;
  bool cut;                       // the data ended before the picture did ...
  int cut_scan;                   // ... in this scan
  bool lost;                      // libjpeg makes up what follows ...
  int lost_scan;                  // ... in this scan ...
  JDIMENSION lost_row;            // ... from this row of MCUs on
  int whole_scans;                // that were read to their ends without an error ...
  std::uint64_t whole_scans_end;  // ... up to here
  JSAMPROW row;                   // where the next scanline goes
};

constexpr std::uint64_t kNoEnd = UINT64_MAX;

void note_loss(Session& session) {
  if (session.lost) return;
  session.lost = true;
  session.lost_scan = session.codec.input_scan_number;
  session.lost_row = session.codec.input_iMCU_row;
}

Session& session_of(j_common_ptr codec) { return *static_cast<Session*>(codec->client_data); }

void on_error(j_common_ptr codec) {
  Session& session = session_of(codec);
  codec->err->format_message(codec, session.message);
  std::longjmp(session.recover, 1);
}

void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  // Oddities of the header that leave the picture whole.
  const int code = codec->err->msg_code;
  if (code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM) return;
  Session& session = session_of(codec);
  // The next restart marker, where there are any, brings the picture back.
  if (code == JWRN_HIT_MARKER && session.codec.restart_interval == 0) note_loss(session);
  if (session.complaint[0] == '\0') codec->err->format_message(codec, session.complaint);
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr codec) {
  Session& session = session_of(codec);
  if (codec->is_decompressor == 0) return;
  const jpeg_decompress_struct& picture = session.codec;
  if (picture.input_iMCU_row == picture.total_iMCU_rows) {  // between scans
    session.whole_scans = picture.input_scan_number;
    session.whole_scans_end =
        session.offset - session.reader.bytes_in_buffer - (picture.unread_marker != 0 ? 2 : 0);
  }
  if (static_cast<std::uint32_t>(picture.input_scan_number) <= session.max_scans) return;
  session.too_many_scans = true;
  std::longjmp(session.recover, 1);
}

void on_source_start(j_decompress_ptr) {}
void on_source_end(j_decompress_ptr) {}

boolean on_fill(j_decompress_ptr codec) {
  Session& session = session_of(reinterpret_cast<j_common_ptr>(codec));
  std::size_t count = 0;
  try {
    const std::uint64_t left = session.end - std::min(session.end, session.offset);
    const std::span<std::uint8_t> buffer(session.buffer);
    count = session.source->read_at(session.offset,
                                    buffer.first(std::min<std::uint64_t>(buffer.size(), left)));
  } catch (...) {
    session.read_failed = true;
  }
  session.offset += count;
  if (count == 0) {
    // An end of the picture is made up, so that what is there gets decoded.
    if (!session.cut) session.cut_scan = codec->input_scan_number;
    session.cut = true;
    // Else the warning for the first bit that is missing tells where; bytes are read ahead.
    if (codec->restart_interval != 0) note_loss(session);
    session.buffer[0] = 0xFF;
    session.buffer[1] = JPEG_EOI;
    count = 2;
  }
  session.reader.next_input_byte = session.buffer.data();
  session.reader.bytes_in_buffer = count;
  return TRUE;
}

void on_skip(j_decompress_ptr codec, long bytes) {
  Session& session = session_of(reinterpret_cast<j_common_ptr>(codec));
  if (bytes <= 0) return;
  const auto count = static_cast<std::size_t>(bytes);
  if (count <= session.reader.bytes_in_buffer) {
    session.reader.next_input_byte += count;
    session.reader.bytes_in_buffer -= count;
  } else {
    session.offset += count - session.reader.bytes_in_buffer;
    session.reader.bytes_in_buffer = 0;
  }
}

class JpegDecoder : public Decoder {
 public:
  JpegDecoder(Source source, const Limits& limits, std::uint32_t shrink)
      : Decoder(std::move(source), limits), session_(std::make_unique<Session>()) {
    start_session(kNoEnd);
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
    Session& session = *session_;
    if (!started_) {
      started_ = true;
      if (!start() && !start_with_whole_scans()) return stop();
      line_.resize(std::size_t{session.codec.output_width} *
                   static_cast<std::size_t>(session.codec.output_components));
      session.row = line_.data();
    }
    if (session.codec.output_scanline >= session.codec.output_height) return finish();
    const std::uint32_t y = session.codec.output_scanline;
    if (!guarded([](Session& s) { jpeg_read_scanlines(&s.codec, &s.row, 1); })) return stop();
    if (y >= first_lost_row()) return finish();
    row = convert(y);
    return true;
  }

 private:
  void start_session(std::uint64_t end) {
    Session& session = *session_;
    std::memset(static_cast<void*>(&session), 0, sizeof session);
    session.source = source_.get();
    session.end = end;
    session.max_scans = limits_.max_jpeg_scans;
    session.codec.err = jpeg_std_error(&session.errors);
    session.errors.error_exit = on_error;
    session.errors.emit_message = on_message;
    session.errors.output_message = on_output;
    session.codec.client_data = &session;
    if (!guarded([](Session& s) { jpeg_create_decompress(&s.codec); }))
      throw error(ErrorCode::internal, session.message);
    session.reader.init_source = on_source_start;
    session.reader.fill_input_buffer = on_fill;
    session.reader.skip_input_data = on_skip;
    session.reader.resync_to_restart = jpeg_resync_to_restart;
    session.reader.term_source = on_source_end;
    session.codec.src = &session.reader;
    session.progress.progress_monitor = on_progress;
    session.codec.progress = &session.progress;
  }

  /// Runs C code that may leave by longjmp. `step` holds nothing with a destructor.
  template <typename Step>
  bool guarded(Step step) {
    if (setjmp(session_->recover) != 0) return false;  // NOLINT: the codec's only way out
    step(*session_);
    return true;
  }

  bool start() {
    return guarded([](Session& s) { jpeg_start_decompress(&s.codec); });
  }

  /// A progressive picture with a broken scan is still shown by the scans before it.
  bool start_with_whole_scans() {
    const Session& session = *session_;
    if (session.too_many_scans || session.whole_scans == 0 || is_unsupported()) return false;
    set_damage("scan " + std::to_string(session.whole_scans + 1) + " is broken (" +
               session.message + "), its detail is lost");
    const std::uint64_t end = session.whole_scans_end;
    const std::uint32_t scale = shrink();
    jpeg_destroy_decompress(&session_->codec);
    start_session(end);
    read_header();
    choose_output(scale);
    return start();
  }

  /// What is whole, but of a kind that this libjpeg does not decode.
  bool is_unsupported() const {
    const int code = session_->errors.msg_code;
    return code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED ||
           code == JERR_ARITH_NOTIMPL || code == JERR_NOTIMPL || code == JERR_NOT_COMPILED;
  }

  Error unsupported() const {
    return error(ErrorCode::unsupported,
                 std::string("JPEG of a kind that is not decoded: ") + session_->message);
  }

  void read_header() {
    Session& session = *session_;
    const bool read = guarded([](Session& s) {
      jpeg_save_markers(&s.codec, kMarkerExif, 0xFFFF);
      jpeg_save_markers(&s.codec, kMarkerIcc, 16);
      jpeg_read_header(&s.codec, TRUE);
    });
    if (session.read_failed) throw error(ErrorCode::unreadable, "reading failed");
    if (!read && is_unsupported()) throw unsupported();
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

  /// Rows of the picture after this one were made up by libjpeg.
  std::uint32_t first_lost_row() const {
    const Session& session = *session_;
    const jpeg_decompress_struct& codec = session.codec;
    if (!session.lost || session.lost_scan > 1) return codec.output_height;
    // A first scan that holds one component alone counts its rows in blocks of that component.
    const JDIMENSION rows_per_mcu =
        static_cast<JDIMENSION>(codec.max_v_samp_factor) * DCTSIZE / shrink();
    return session.lost_row * rows_per_mcu;
  }

  LumaRow convert(std::uint32_t y) {
    switch (session_->codec.out_color_space) {
      case JCS_GRAYSCALE:
        return {y, line_, {}};
      case JCS_RGB:
        return luma_.convert(y, line_, Channels::rgb);
      default:
        break;
    }
    // Adobe writes its inks inverted: 255 is no ink.
    if (session_->codec.saw_Adobe_marker != 0)
      for (std::uint8_t& ink : line_) ink = static_cast<std::uint8_t>(255 - ink);
    rgb_.resize(line_.size() / 4 * 3);
    rgb_from_cmyk(line_, rgb_);
    return luma_.convert(y, rgb_, Channels::rgb);
  }

  bool finish() {
    // The end of the file is read too: damage of a last scan shows there.
    if (!finished_ && session_->codec.output_scanline >= session_->codec.output_height)
      guarded([](Session& s) { jpeg_finish_decompress(&s.codec); });
    finished_ = true;
    return note_damage();
  }

  bool stop() {
    if (session_->too_many_scans)
      throw error(ErrorCode::over_limit,
                  "progressive JPEG of more than " + std::to_string(limits_.max_jpeg_scans) +
                      " scans; raise it with --max-jpeg-scans (Limits::max_jpeg_scans)");
    if (is_unsupported()) throw unsupported();
    set_damage(session_->message);
    return note_damage();
  }

  bool note_damage() {
    const Session& session = *session_;
    if (session.read_failed) set_damage("reading the file failed");
    if (session.cut)
      set_damage(session.cut_scan > 1
                     ? "the file ends in scan " + std::to_string(session.cut_scan) +
                           ", later detail is lost"
                     : "the file ends before the picture does");
    if (session.complaint[0] != '\0') set_damage(session.complaint);
    return false;
  }

  std::unique_ptr<Session> session_;
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
