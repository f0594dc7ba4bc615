#include "image/jpeg_session.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ectype::image {
namespace {

/// Whether the scan at work holds the coarse values (all there are, or the DC of a progressive
/// picture) of its components.
bool is_coarse(const jpeg_decompress_struct& codec) {
  return codec.progressive_mode == 0 || (codec.Ss == 0 && codec.Ah == 0);
}

/// The components of the scan at work, one bit each.
std::uint32_t components_of(const jpeg_decompress_struct& codec) {
  std::uint32_t components = 0;
  for (int i = 0; i < codec.comps_in_scan; ++i)
    components |= 1u << codec.cur_comp_info[i]->component_index;
  return components;
}

/// Without the rest of a scan libjpeg goes on with what it last had.
void note_loss(JpegSession& session) {
  const jpeg_decompress_struct& codec = session.codec;
  if (!is_coarse(codec) || (components_of(codec) & session.needed) == 0) return;
  session.lost_row =
      session.lost ? std::min(session.lost_row, codec.input_iMCU_row) : codec.input_iMCU_row;
  session.lost = true;
}

JpegSession& session_of(j_common_ptr codec) {
  return *static_cast<JpegSession*>(codec->client_data);
}

void on_error(j_common_ptr codec) {
  JpegSession& session = session_of(codec);
  codec->err->format_message(codec, session.message);
  std::longjmp(session.recover, 1);
}

void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  // Oddities of the header that leave the picture whole.
  const int code = codec->err->msg_code;
  if (code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM) return;
  JpegSession& session = session_of(codec);
  // A restart marker brings the picture back; at any other one the scan is over.
  const int marker = session.codec.unread_marker;
  if ((code == JWRN_HIT_MARKER || code == JWRN_MUST_RESYNC) &&
      (marker < JPEG_RST0 || marker > JPEG_RST0 + 7))
    note_loss(session);
  if (session.complaint[0] == '\0') codec->err->format_message(codec, session.complaint);
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr codec) {
  JpegSession& session = session_of(codec);
  if (codec->is_decompressor == 0) return;
  const jpeg_decompress_struct& picture = session.codec;
  if (picture.input_scan_number > 0 && is_coarse(picture)) session.seen |= components_of(picture);
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
  JpegSession& session = session_of(reinterpret_cast<j_common_ptr>(codec));
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
    // Bytes are read ahead: the warning for the first bit that is missing tells what is lost.
    session.buffer[0] = 0xFF;
    session.buffer[1] = JPEG_EOI;
    count = 2;
  }
  session.reader.next_input_byte = session.buffer.data();
  session.reader.bytes_in_buffer = count;
  return TRUE;
}

void on_skip(j_decompress_ptr codec, long bytes) {
  JpegSession& session = session_of(reinterpret_cast<j_common_ptr>(codec));
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

}  // namespace

void JpegSession::begin(const ByteSource& from, std::uint32_t most_scans, std::uint64_t end_at) {
  std::memset(static_cast<void*>(this), 0, offsetof(JpegSession, buffer));
  source = &from;
  end = end_at;
  max_scans = most_scans;
  codec.err = jpeg_std_error(&errors);
  errors.error_exit = on_error;
  errors.emit_message = on_message;
  errors.output_message = on_output;
  codec.client_data = this;
  if (!guarded([](JpegSession& s) { jpeg_create_decompress(&s.codec); }))
    throw Error(ErrorCode::internal, from.name() + ": " + message);
  reader.init_source = on_source_start;
  reader.fill_input_buffer = on_fill;
  reader.skip_input_data = on_skip;
  reader.resync_to_restart = jpeg_resync_to_restart;
  reader.term_source = on_source_end;
  codec.src = &reader;
  progress.progress_monitor = on_progress;
  codec.progress = &progress;
}

bool JpegSession::is_unsupported() const {
  constexpr int kinds[] = {
      JERR_BAD_PRECISION,     JERR_SOF_UNSUPPORTED, JERR_ARITH_NOTIMPL,        JERR_NOTIMPL,
      JERR_NOT_COMPILED,      JERR_CCIR601_NOTIMPL, JERR_FRACT_SAMPLE_NOTIMPL, JERR_EMPTY_IMAGE,
      JERR_CONVERSION_NOTIMPL};
  return std::find(std::begin(kinds), std::end(kinds), errors.msg_code) != std::end(kinds);
}

}  // namespace ectype::image
