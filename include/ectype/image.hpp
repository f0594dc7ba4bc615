#pragma once

#include "ectype/export.hpp"
#include "ectype/pixels.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// What a file is by its content; its name is never asked.
enum class Format { jpeg, png, webp, tiff, bmp, pnm, gif, heif, avif, jpeg2000, pixels };

/// Lower-case name, such as "jpeg2000".
ECTYPE_API std::string_view to_string(Format format) noexcept;

/// What `Image` refuses to decode, with `ErrorCode::over_limit` and before it allocates.
struct Limits {
  std::uint64_t max_pixels = 200'000'000;                  ///< width * height; at most 2^32
  std::uint32_t max_bytes_per_pixel = 64;                  ///< of the decoded source, all channels
  std::uint32_t max_jpeg_scans = 200;                      ///< of a progressive JPEG
  std::uint64_t max_input_bytes = std::uint64_t{2} << 30;  ///< where a codec needs all of a file
};

/// Provenance of a picture, from its header.
struct ImageInfo {
  Format format = Format::pixels;
  std::uint32_t width = 0;   ///< pixels as coded in the file, before orientation
  std::uint32_t height = 0;  ///< pixels as coded in the file, before orientation
  int orientation = 1;       ///< EXIF/TIFF/HEIF orientation 1 to 8 that is applied; 1 where none
  bool has_alpha = false;
  bool has_icc_profile = false;  ///< recorded, not applied
  int bits_per_channel = 8;
  std::uint32_t frames = 1;           ///< frames or pages in the file; the first one is decoded
  std::string color;                  ///< "gray", "ycbcr", "rgb", "palette", "cmyk", ...
  std::string decoder;                ///< codec and version, such as "libjpeg-turbo 2.1.5"
  std::vector<std::string> warnings;  ///< oddities of the header that do not harm the picture
};

/// One row of luma in *stored* coordinates; exactly one of `gray` and `milli` is not empty. Valid
/// until the next row is pulled.
struct LumaRow {
  std::uint32_t y = 0;
  std::span<const std::uint8_t> gray = {};    ///< 8 bits, where the source has luma of 8 bits
  std::span<const std::uint32_t> milli = {};  ///< 299 R + 587 G + 114 B exactly, 0 to 255000
  std::span<const std::uint8_t> color = {};  ///< with `milli`: the packed pixels that it comes from
  Channels channels = Channels::gray;        ///< of `color`
};

/// How much of a picture could be decoded.
struct Decoded {
  std::uint32_t rows = 0;         ///< rows of the picture
  std::uint32_t rows_intact = 0;  ///< rows that came from the file; the others counted as 128
  std::string damage;             ///< what the codec complained of; empty for a whole picture
  [[nodiscard]] bool damaged() const noexcept { return !damage.empty(); }
};

namespace image {
class Decoder;
class FirstDecoder;
class ByteSource;
}  // namespace image

/// Pulls the rows of an image, each exactly once, in the order in which the codec gives them (not
/// always top to bottom). Move-only; one thread.
class ECTYPE_API RowReader {
 public:
  RowReader(std::unique_ptr<image::Decoder> decoder, std::uint32_t width, std::uint32_t height,
            std::uint32_t shrink);
  RowReader(RowReader&&) noexcept;
  RowReader& operator=(RowReader&&) noexcept;
  ~RowReader();

  /// Gives the next row, or returns false after the last. Rows that the file does not hold come as
  /// 128. Throws `Error` (over_limit, unsupported) for what shows only while decoding: too many
  /// scans, or a feature that the codec lacks.
  bool next(LumaRow& row);

  /// Valid after `next` returned false.
  [[nodiscard]] const Decoded& decoded() const noexcept { return decoded_; }
  [[nodiscard]] std::uint32_t width() const noexcept { return width_; }    ///< pixels a row
  [[nodiscard]] std::uint32_t height() const noexcept { return height_; }  ///< rows
  /// Full-resolution pixels that one pixel here stands for, along each axis: 1, 2, 4 or 8.
  [[nodiscard]] std::uint32_t shrink() const noexcept { return shrink_; }

 private:
  std::unique_ptr<image::Decoder> decoder_;
  std::uint32_t width_, height_, shrink_;
  std::vector<bool> seen_;
  std::vector<std::uint8_t> filler_;
  std::uint32_t next_missing_ = 0;
  bool drained_ = false;
  Decoded decoded_;
};

/// A picture, opened lazily: `open` reads the header only and checks the limits; `rows` decodes.
/// Format by content, first frame or page, alpha composited on gray, orientation recorded for
/// the consumer of the rows to apply. Copyable and cheap to copy; all members are const and
/// thread-safe. Until the first call of `rows` it keeps its decoder (70 to 200 KB). Regular files
/// are read with pread and must not change while they are read.
///
/// Errors: `Error` with unreadable, unsupported, damaged or over_limit; no codec prints.
class ECTYPE_API Image {
 public:
  [[nodiscard]] static Image open(const std::filesystem::path& path, const Limits& limits = {});
  /// Reads `bytes` in place: they must outlive the image.
  [[nodiscard]] static Image open(std::span<const std::uint8_t> bytes, const Limits& limits = {});
  /// Duplicates the descriptor; its offset is neither used nor moved. A pipe or socket is read to
  /// its end.
  [[nodiscard]] static Image open(int descriptor, const Limits& limits = {});
  /// Looks at decoded pixels in place. Throws `Error` (invalid_argument) for an impossible view.
  [[nodiscard]] static Image view(const PixelView& pixels);

  [[nodiscard]] const ImageInfo& info() const noexcept { return info_; }

  /// Starts decoding. `shrink` (1, 2, 4 or 8) allows a JPEG to be decoded at a reduced size, where
  /// one pixel is the mean of shrink x shrink; other formats ignore it.
  /// `ground` is the gray level under transparent pixels.
  [[nodiscard]] RowReader rows(std::uint32_t shrink = 1, std::uint8_t ground = 128) const;

  /// The small picture that the file carries of itself, with the limits of this image: the first
  /// that can be opened of HEIF's thumbnail item, the JPEG of EXIF's thumbnail directory (JPEG,
  /// PNG, WebP, TIFF, HEIF, AVIF, JPEG 2000) and that of Photoshop's resources (JPEG, TIFF).
  /// `info().orientation` is what shows it as the picture is shown: its own where it says one, else
  /// the picture's. Reads the file's header again; `open` and `rows` take no time for it.
  ///
  /// Nothing where the file has none, where it cannot be opened, and for a thumbnail; never throws
  /// `Error`. `why` gets what is wrong with the first that could not be opened, and is empty where
  /// there is none. Thumbnails of over 1 MiB, without compression, or in XMP are not opened. Bytes
  /// in memory that this image reads must outlive the thumbnail too.
  [[nodiscard]] std::optional<Image> thumbnail(std::string* why = nullptr) const;

 private:
  /// What of its source an image is.
  enum class Part : std::uint8_t { picture, embedded_file, thumbnail_item };

  Image(std::shared_ptr<const image::ByteSource> source, const Limits& limits,
        Part part = Part::picture);
  explicit Image(const PixelView& pixels);
  void read_header();
  [[nodiscard]] std::unique_ptr<image::Decoder> decoder(std::uint32_t shrink) const;

  std::shared_ptr<const image::ByteSource> source_;  // null for decoded pixels
  PixelView pixels_;
  Limits limits_;
  Part part_ = Part::picture;
  ImageInfo info_;
  std::shared_ptr<image::FirstDecoder> first_decoder_;
};

/// Name and version of every codec that is linked in, for `--version` and reports.
ECTYPE_API std::vector<std::string> codec_versions();

}  // namespace ectype
