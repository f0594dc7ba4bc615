#pragma once

#include "image/decoder.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <libheif/heif.h>

namespace ectype::image {

template <auto Free>
struct HeifRelease {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using HeifHandle = std::unique_ptr<heif_image_handle, HeifRelease<heif_image_handle_release>>;

/// A HEIF or AVIF file opened by libheif, which needs all of its bytes.
class HeifFile {
 public:
  /// Throws Error for what keeps the file from being opened.
  HeifFile(Source source, const Limits& limits, Format format);

  [[nodiscard]] heif_context* context() const noexcept { return context_.get(); }
  [[nodiscard]] heif_image_handle* primary() const noexcept { return primary_.get(); }
  /// The first thumbnail of the primary item.
  [[nodiscard]] std::optional<heif_item_id> thumbnail_item() const;
  [[nodiscard]] HeifHandle open_thumbnail(heif_item_id item) const;
  /// EXIF of the primary item, from its TIFF header on; empty where there is none.
  [[nodiscard]] std::vector<std::uint8_t> exif() const;

  /// Throws what libheif says, if it is an error.
  void check(const heif_error& result) const;

 private:
  [[nodiscard]] Error error(ErrorCode code, const std::string& what) const;

  Source source_;
  std::unique_ptr<heif_context, HeifRelease<heif_context_free>> context_;
  HeifHandle primary_;
};

}  // namespace ectype::image
