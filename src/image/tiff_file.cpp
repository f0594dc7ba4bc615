#include "image/tiff_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <unordered_set>

namespace ectype::image {
namespace {

constexpr std::size_t kBufferSize = 1 << 16;
constexpr std::size_t kMaxRemarks = 8;
constexpr std::uint32_t kMaxPages = 10'000;

/// Said while decoding, about how old the file is and not about lost pixels.
bool is_harmless(std::string_view message) {
  return message.find("Old-style LZW codes") != std::string_view::npos ||
         message.find("old-style JPEG compression mode") != std::string_view::npos;
}

}  // namespace

TiffFile::TiffFile(std::shared_ptr<const ByteSource> source, std::uint64_t max_allocation)
    : source_(std::move(source)) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(max_allocation));
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, this);
  // "m": no mapping.
  handle_ = TIFFClientOpenExt("TIFF", "rm", this, on_read, on_write, on_seek, on_close, on_size,
                              nullptr, nullptr, options);
  TIFFOpenOptionsFree(options);
}

TiffFile::~TiffFile() {
  if (handle_ != nullptr) TIFFClose(handle_);
}

std::size_t TiffFile::read(std::span<std::uint8_t> out) {
  if (out.size() >= kBufferSize) return source_->read_at(offset_, out);
  if (offset_ < buffer_offset_ || offset_ + out.size() > buffer_offset_ + buffer_.size()) {
    buffer_.resize(kBufferSize);
    buffer_.resize(source_->read_at(offset_, buffer_));
    buffer_offset_ = offset_;
  }
  const std::size_t start = static_cast<std::size_t>(offset_ - buffer_offset_);
  const std::size_t count = std::min(out.size(), buffer_.size() - start);
  std::copy_n(buffer_.data() + start, count, out.data());
  return count;
}

std::size_t TiffFile::read_raw(std::uint64_t offset, std::span<std::uint8_t> out) {
  try {
    return source_->read_at(offset, out);
  } catch (const std::exception&) {
    read_failed_ = true;
    return 0;
  }
}

tmsize_t TiffFile::on_read(thandle_t self, void* out, tmsize_t count) {
  auto& file = *static_cast<TiffFile*>(self);
  if (count <= 0) return 0;
  try {
    const std::size_t done =
        file.read({static_cast<std::uint8_t*>(out), static_cast<std::size_t>(count)});
    file.offset_ += done;
    return static_cast<tmsize_t>(done);
  } catch (...) {
    file.read_failed_ = true;
    file.buffer_.clear();
    return 0;
  }
}

tmsize_t TiffFile::on_write(thandle_t, void*, tmsize_t) { return 0; }
int TiffFile::on_close(thandle_t) { return 0; }
toff_t TiffFile::on_size(thandle_t self) { return static_cast<TiffFile*>(self)->source_->size(); }

toff_t TiffFile::on_seek(thandle_t self, toff_t offset, int whence) {
  auto& file = *static_cast<TiffFile*>(self);
  constexpr toff_t kFarthest = toff_t{1} << 62;  // keeps offset + count from wrapping around
  toff_t base = 0;
  if (whence == SEEK_CUR) base = file.offset_;
  if (whence == SEEK_END) base = file.source_->size();
  if (offset > kFarthest || base + offset > kFarthest) return static_cast<toff_t>(-1);
  file.offset_ = base + offset;
  return file.offset_;
}

int TiffFile::on_error(TIFF*, void* self, const char* module, const char* format,
                       std::va_list arguments) {
  static_cast<TiffFile*>(self)->note(module, format, arguments, true);
  return 1;  // not to be passed on to the global handler, which prints
}

int TiffFile::on_warning(TIFF*, void* self, const char* module, const char* format,
                         std::va_list arguments) {
  static_cast<TiffFile*>(self)->note(module, format, arguments, false);
  return 1;
}

void TiffFile::note(const char* module, const char* format, std::va_list arguments,
                    bool error) noexcept {
  std::array<char, 400> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  try {
    std::string message = module != nullptr ? std::string(module) + ": " : std::string();
    message += text.data();
    if (decoding_ && !is_harmless(message)) {
      ++complaints_;
      if (complaint_.empty()) complaint_ = message;
    } else if (!decoding_) {
      if (error) complaint_ = message;  // the last error is why opening failed
      if (remarks_.size() < kMaxRemarks) remarks_.push_back(std::move(message));
    }
  } catch (...) {  // no memory for a message: the count still tells that there was one
    if (decoding_) ++complaints_;
  }
}

std::uint32_t count_tiff_pages(const ByteSource& source) {
  std::array<std::uint8_t, 16> head{};
  if (source.read_at(0, head) < 8) return 1;
  const bool big_endian = head[0] == 'M';
  const auto number = [&](const std::uint8_t* data, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = value << 8 | data[big_endian ? i : bytes - 1 - i];
    return value;
  };
  const bool big = number(head.data() + 2, 2) == 43;
  const std::size_t count_bytes = big ? 8 : 2;
  const std::size_t link_bytes = big ? 8 : 4;
  const std::uint64_t entry_bytes = big ? 20 : 12;

  std::uint64_t offset = number(head.data() + (big ? 8 : 4), link_bytes);
  std::unordered_set<std::uint64_t> seen;
  while (offset != 0 && seen.size() < kMaxPages) {
    std::array<std::uint8_t, 8> field{};
    const std::span data(field);
    if (source.read_at(offset, data.first(count_bytes)) != count_bytes) break;
    if (!seen.insert(offset).second) break;
    const std::uint64_t entries = number(field.data(), count_bytes);
    if (entries > 0xFFFF) break;
    const std::uint64_t link = offset + count_bytes + entries * entry_bytes;
    if (link < offset || source.read_at(link, data.first(link_bytes)) != link_bytes) break;
    offset = number(field.data(), link_bytes);
  }
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(seen.size()));
}

}  // namespace ectype::image
