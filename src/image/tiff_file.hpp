#pragma once

#include "image/byte_source.hpp"

#include <cstdarg>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tiffio.h>

namespace ectype::image {

/// A TIFF opened by libtiff over a ByteSource: nothing is mapped, nothing is printed.
class TiffFile {
 public:
  /// `handle()` is null where libtiff refuses the file; `complaint()` says why.
  TiffFile(std::shared_ptr<const ByteSource> source, std::uint64_t max_allocation);
  ~TiffFile();
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  [[nodiscard]] TIFF* handle() const noexcept { return handle_; }
  /// What libtiff said about the directory, in order; only the first few are kept.
  [[nodiscard]] const std::vector<std::string>& remarks() const noexcept { return remarks_; }
  /// From here on messages are complaints about the pixels.
  void start_decoding() noexcept {
    decoding_ = true;
    complaint_.clear();
  }
  /// Complaints since decoding started.
  [[nodiscard]] std::uint64_t complaints() const noexcept { return complaints_; }
  [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }
  /// Bytes of the file as they are; fewer at the end or where reading fails.
  std::size_t read_raw(std::uint64_t offset, std::span<std::uint8_t> out);
  [[nodiscard]] std::uint64_t size() const { return source_->size(); }
  [[nodiscard]] bool read_failed() const noexcept { return read_failed_; }

 private:
  static tmsize_t on_read(thandle_t self, void* out, tmsize_t count);
  static tmsize_t on_write(thandle_t self, void* data, tmsize_t count);
  static toff_t on_seek(thandle_t self, toff_t offset, int whence);
  static int on_close(thandle_t self);
  static toff_t on_size(thandle_t self);
  static int on_error(TIFF* tiff, void* self, const char* module, const char* format,
                      std::va_list arguments);
  static int on_warning(TIFF* tiff, void* self, const char* module, const char* format,
                        std::va_list arguments);

  std::size_t read(std::span<std::uint8_t> out);
  void note(const char* module, const char* format, std::va_list arguments, bool error) noexcept;

  std::shared_ptr<const ByteSource> source_;
  TIFF* handle_ = nullptr;
  std::uint64_t offset_ = 0;
  std::vector<std::uint8_t> buffer_;  // libtiff reads a directory in pieces of a few bytes
  std::uint64_t buffer_offset_ = 0;
  std::vector<std::string> remarks_;
  std::string complaint_;
  std::uint64_t complaints_ = 0;
  bool decoding_ = false;
  bool read_failed_ = false;
};

/// Pages in the chain of directories: at least 1, at most 10,000. Stops at a loop or a broken link.
std::uint32_t count_tiff_pages(const ByteSource& source);

}  // namespace ectype::image
