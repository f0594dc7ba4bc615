#pragma once

#include "image/tiff_file.hpp"
#include "image/tiff_pixels.hpp"

#include "ectype/pixels.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace ectype::image {

/// A row of packed 8-bit pixels, valid until the next one.
struct TiffRow {
  std::uint32_t y = 0;
  std::span<const std::uint8_t> pixels;
};

/// The rows of the current directory that can be decoded, from top to bottom.
class TiffRows {
 public:
  virtual ~TiffRows() = default;
  /// False at the end. Rows that are lost are left out.
  virtual bool next(TiffRow& row) = 0;
  /// What premultiplied colours are composited on; to be set before the first row.
  void set_ground(std::uint8_t ground) noexcept { ground_ = ground; }
  [[nodiscard]] virtual Channels channels() const = 0;
  /// The first complaint about the rows; empty where all are whole.
  [[nodiscard]] const std::string& damage() const noexcept { return damage_; }

 protected:
  std::string damage_;
  std::uint8_t ground_ = kGround;
};

/// By way of TiffPixels. Null where the strips or tiles are too large.
std::unique_ptr<TiffRows> direct_tiff_rows(TiffFile& file, TiffPixels pixels);
/// By libtiff's conversion to 8-bit RGB. Null where it refuses.
std::unique_ptr<TiffRows> rgba_tiff_rows(TiffFile& file);

}  // namespace ectype::image
