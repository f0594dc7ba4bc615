#pragma once

#include "image/hevc_sps.hpp"

#include <cstdint>
#include <string>

namespace ectype::image {

/// Makes our HEVC decoder known to libheif; once is enough. Throws Error (internal) where libheif
/// refuses it. It is libde265, as libheif's own is,
/// which however keeps to itself what libde265 complains of, and decodes whatever size the stream
/// announces. It is taken where a HevcSession lives, or where there is no other.
void register_hevc_decoder();

/// "libde265 1.0.11".
std::string hevc_version();

/// What the pictures that this thread decodes while the object lives are allowed, and what is wrong
/// with them. One at a time for a thread.
class HevcSession {
 public:
  /// `max_pixels`: of a coded picture, whatever the file says around it.
  explicit HevcSession(std::uint64_t max_pixels);
  ~HevcSession();
  HevcSession(const HevcSession&) = delete;
  HevcSession& operator=(const HevcSession&) = delete;

  /// False for a coded picture over the limit, which is remembered.
  bool admit(const CodedSize& size);
  void complain(const std::string& what);

  /// The first complaint; empty for whole pictures.
  [[nodiscard]] const std::string& damage() const noexcept { return damage_; }
  /// Of what was refused; empty where nothing was.
  [[nodiscard]] const std::string& refused_size() const noexcept { return refused_size_; }

 private:
  std::uint64_t max_pixels_;
  std::string damage_;
  std::string refused_size_;
};

}  // namespace ectype::image
