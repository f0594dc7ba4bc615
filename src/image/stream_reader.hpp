#pragma once

#include "image/byte_source.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::image {

/// Buffered reading of a source from some offset on. Never throws once it is made, for it is called
/// from C: a read that fails counts as the end of the file and is remembered.
class StreamReader {
 public:
  explicit StreamReader(const ByteSource& source, std::uint64_t offset = 0)
      : source_(&source), next_offset_(offset), buffer_(std::size_t{1} << 16) {}

  /// Returns how many bytes were copied; fewer than out.size() only at the end.
  std::size_t read(std::span<std::uint8_t> out) noexcept {
    std::size_t done = 0;
    while (done < out.size()) {
      if (at_ == filled_ && !fill()) break;
      const std::size_t count = std::min(out.size() - done, filled_ - at_);
      std::copy_n(buffer_.data() + at_, count, out.data() + done);
      at_ += count;
      done += count;
    }
    return done;
  }

  /// The next byte, or -1 at the end.
  int get() noexcept {
    if (at_ == filled_ && !fill()) return -1;
    return buffer_[at_++];
  }

  /// The next byte, which stays the next one; -1 at the end.
  int peek() noexcept {
    if (at_ == filled_ && !fill()) return -1;
    return buffer_[at_];
  }

  void skip(std::uint64_t count) noexcept {
    if (count <= filled_ - at_) {
      at_ += static_cast<std::size_t>(count);
    } else {
      seek(offset() + count);
    }
  }

  void seek(std::uint64_t offset) noexcept {
    next_offset_ = offset;
    at_ = filled_ = 0;
  }

  [[nodiscard]] std::uint64_t offset() const noexcept { return next_offset_ - (filled_ - at_); }
  /// Bytes from here to the end of the file.
  [[nodiscard]] std::uint64_t left() const noexcept {
    return source_->size() - std::min(source_->size(), offset());
  }
  /// A read failed, as opposed to the file being at its end.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  bool fill() noexcept {
    if (failed_) return false;
    at_ = filled_ = 0;
    try {
      filled_ = source_->read_at(next_offset_, buffer_);
    } catch (...) {
      failed_ = true;
    }
    next_offset_ += filled_;
    return filled_ > 0;
  }

  const ByteSource* source_;
  std::uint64_t next_offset_;  // of the byte after the buffer's last
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  bool failed_ = false;
};

}  // namespace ectype::image
