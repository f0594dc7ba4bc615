#pragma once

#include "image/byte_source.hpp"

#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

namespace ectype::image {

/// What libjpeg's callbacks see. They are C: they leave by longjmp, never by an exception.
struct JpegSession {
  static constexpr std::uint64_t kNoEnd = UINT64_MAX;

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
  bool read_failed;
  bool too_many_scans;
  std::uint32_t max_scans;
  bool cut;                                  // the data ended before the picture did ...
  int cut_scan;                              // ... in this scan
  std::uint32_t needed;                      // components that luma is made of, one bit each
  std::uint32_t seen;                        // of which a scan with their coarse values came
  bool lost;                                 // libjpeg makes up the coarse values ...
  JDIMENSION lost_row;                       // ... from this row of MCUs on
  int whole_scans;                           // that were read to their ends without an error ...
  std::uint64_t whole_scans_end;             // ... up to here
  JSAMPROW row;                              // where the next scanline goes
  std::array<std::uint8_t, 1 << 16> buffer;  // the last member: `begin` clears what is before it

  /// Sets everything up to decode `source`, as if it ended at `end`. Throws Error (internal).
  void begin(const ByteSource& from, std::uint32_t most_scans, std::uint64_t end_at);

  /// Runs C code that may leave by longjmp. `step` holds nothing with a destructor.
  template <typename Step>
  bool guarded(Step step) {
    if (setjmp(recover) != 0) return false;  // NOLINT: the codec's only way out
    step(*this);
    return true;
  }

  /// Whether the fatal error is about what is whole, but of a kind that this libjpeg does not
  /// decode.
  [[nodiscard]] bool is_unsupported() const;
};

}  // namespace ectype::image
