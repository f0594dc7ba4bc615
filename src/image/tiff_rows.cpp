#include "image/tiff_rows.hpp"

#include "image/luma.hpp"
#include "image/tiff_samples.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ectype::image {
namespace {

constexpr std::uint64_t kSmallBlock = std::uint64_t{64} << 20;
constexpr std::uint64_t kLargestBlock = std::uint64_t{1} << 30;
constexpr std::uint64_t kLargestSalvage = std::uint64_t{1} << 28;

template <typename T>
T field(TIFF* tiff, std::uint32_t tag) {
  T value{};
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : T{};
}

/// Size of the picture and of the blocks (strips or tiles) that it is stored in.
struct Geometry {
  std::uint32_t width, height;
  std::uint32_t block_width, block_height;
  bool tiled;

  explicit Geometry(TIFF* tiff)
      : width(field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH)),
        height(field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH)),
        block_width(width),
        block_height(field<std::uint32_t>(tiff, TIFFTAG_ROWSPERSTRIP)),
        tiled(TIFFIsTiled(tiff) != 0) {
    if (tiled) {
      block_width = field<std::uint32_t>(tiff, TIFFTAG_TILEWIDTH);
      block_height = field<std::uint32_t>(tiff, TIFFTAG_TILELENGTH);
    } else {
      block_height = std::min(block_height, height);
    }
    if (block_height == 0) block_height = height;
  }
  [[nodiscard]] std::uint32_t band_end(std::uint32_t y) const {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(height, (std::uint64_t{y} / block_height + 1) * block_height));
  }
};

/// Contiguous strips, a scanline at a time.
class ScanlineRows : public TiffRows {
 public:
  ScanlineRows(TiffFile& file, const Geometry& geometry, TiffPixels pixels, std::size_t line_bytes)
      : file_(file),
        geometry_(geometry),
        pixels_(std::move(pixels)),
        scan_bytes_(TIFFScanlineSize64(file.handle())),
        line_(line_bytes) {
    row_.resize(geometry_.width * channel_count(pixels_.channels()));
  }

  [[nodiscard]] Channels channels() const override { return pixels_.channels(); }

  bool next(TiffRow& row) override {
    while (y_ < geometry_.height) {
      const std::uint32_t y = y_++;
      if (y < salvaged_end_)
        return give(y, salvaged_.data() + (y - salvaged_start_) * scan_bytes_, row);
      if (y < lost_end_) continue;
      const std::uint64_t before = file_.complaints();
      if (TIFFReadScanline(file_.handle(), line_.data(), y, 0) == 1 && file_.complaints() == before)
        return give(y, line_.data(), row);
      if (damage_.empty()) damage_ = file_.complaint();
      if (damage_.empty()) damage_ = "a strip cannot be decoded";
      lost_end_ = geometry_.band_end(y);  // what follows in the strip depends on what was lost
      if (y % geometry_.block_height == 0 && salvage(y)) --y_;
    }
    return false;
  }

 private:
  bool give(std::uint32_t y, const std::uint8_t* line, TiffRow& row) {
    pixels_.convert({&line, 1}, geometry_.width, row_.data(), ground_);
    row = {y, row_};
    return true;
  }

  /// Decodes a strip that the end of the file cuts, which libtiff itself does not begin. What comes
  /// out alike with two kinds of padding behind the cut came from the file.
  bool salvage(std::uint32_t y) {
    TIFF* tiff = file_.handle();
    const std::uint32_t strip = TIFFComputeStrip(tiff, y, 0);
    const std::uint64_t offset = TIFFGetStrileOffset(tiff, strip);
    const std::uint64_t rows = geometry_.band_end(y) - y;
    if (!can_finish_tiff_samples(tiff, pixels_) || offset >= file_.size() ||
        TIFFGetStrileByteCount(tiff, strip) <= file_.size() - offset || scan_bytes_ == 0 ||
        rows > kLargestSalvage / scan_bytes_)
      return false;
    std::vector<std::uint8_t> raw(file_.size() - offset + kPadding);
    const std::span data = std::span(raw).first(raw.size() - kPadding);
    if (file_.read_raw(offset, data) != data.size()) return false;
    std::vector<std::uint8_t> other(rows * scan_bytes_, 0xFF);
    salvaged_.assign(other.size(), 0);
    decode_padded(strip, raw, 0, salvaged_);
    // Decoding may reverse the bits of its input in place.
    if (file_.read_raw(offset, data) != data.size()) return false;
    decode_padded(strip, raw, 0xFF, other);
    const auto cut = std::mismatch(salvaged_.begin(), salvaged_.end(), other.begin()).first;
    salvaged_start_ = y;
    salvaged_end_ = y + static_cast<std::uint32_t>(
                            static_cast<std::uint64_t>(cut - salvaged_.begin()) / scan_bytes_);
    return salvaged_end_ > y;
  }

  void decode_padded(std::uint32_t strip, std::vector<std::uint8_t>& raw, std::uint8_t padding,
                     std::vector<std::uint8_t>& out) {
    std::fill(raw.end() - kPadding, raw.end(), padding);
    const bool whole =
        TIFFReadFromUserBuffer(file_.handle(), strip, raw.data(), static_cast<tmsize_t>(raw.size()),
                               out.data(), static_cast<tmsize_t>(out.size())) == 1;
    if (!whole) finish_tiff_samples(file_.handle(), pixels_, scan_bytes_, out);
  }

  static constexpr std::ptrdiff_t kPadding = 64;

  TiffFile& file_;
  Geometry geometry_;
  TiffPixels pixels_;
  std::size_t scan_bytes_;
  std::vector<std::uint8_t> line_;
  std::vector<std::uint8_t> row_;
  std::vector<std::uint8_t> salvaged_;
  std::uint32_t salvaged_start_ = 0, salvaged_end_ = 0;
  std::uint32_t lost_end_ = 0;
  std::uint32_t y_ = 0;
};

/// Tiles, or strips of separate planes: all blocks of a band of rows at a time.
class BandRows : public TiffRows {
 public:
  BandRows(TiffFile& file, const Geometry& geometry, TiffPixels pixels, std::size_t block_bytes)
      : file_(file), geometry_(geometry), pixels_(std::move(pixels)) {
    blocks_.resize(pixels_.separate ? pixels_.samples : 1);
    for (std::size_t plane = 0; plane < blocks_.size(); ++plane)
      if (is_used(plane)) blocks_[plane].resize(block_bytes);
    row_bytes_ = geometry_.width * channel_count(pixels_.channels());
    band_.resize(row_bytes_ * std::min(geometry_.block_height, geometry_.height));
  }

  [[nodiscard]] Channels channels() const override { return pixels_.channels(); }

  bool next(TiffRow& row) override {
    while (y_ >= band_end_) {
      if (band_end_ >= geometry_.height) return false;
      band_start_ = band_end_;
      band_end_ = geometry_.band_end(band_start_);
      y_ = read_band() ? band_start_ : band_end_;
    }
    row = {y_, std::span(band_).subspan((y_ - band_start_) * row_bytes_, row_bytes_)};
    ++y_;
    return true;
  }

 private:
  bool read_band() {
    bool whole = true;
    for (std::uint64_t x = 0; x < geometry_.width && whole; x += geometry_.block_width) {
      const auto left = static_cast<std::uint32_t>(x);
      for (std::size_t plane = 0; plane < blocks_.size() && whole; ++plane)
        if (is_used(plane)) whole = read_block(left, static_cast<std::uint16_t>(plane));
      if (whole) convert_block(left);
    }
    return whole;
  }

  bool is_used(std::size_t plane) const {
    return plane < pixels_.colors() || static_cast<int>(plane) == pixels_.alpha;
  }

  bool read_block(std::uint32_t x, std::uint16_t plane) {
    std::vector<std::uint8_t>& block = blocks_[plane];
    const std::uint64_t before = file_.complaints();
    const std::uint64_t needed =
        pixels_.row_bytes(geometry_.block_width) * (band_end_ - band_start_);
    TIFF* tiff = file_.handle();
    const auto size = static_cast<tmsize_t>(block.size());
    const tmsize_t count =
        geometry_.tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, band_start_, 0, plane),
                                              block.data(), size)
                        : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, band_start_, plane),
                                               block.data(), size);
    if (count >= 0 && static_cast<std::uint64_t>(count) >= needed && file_.complaints() == before)
      return true;
    if (damage_.empty()) damage_ = file_.complaint();
    if (damage_.empty()) damage_ = "a strip or tile cannot be decoded";
    return false;
  }

  void convert_block(std::uint32_t x) {
    const std::uint32_t width = std::min(geometry_.block_width, geometry_.width - x);
    const std::size_t line = pixels_.row_bytes(geometry_.block_width);
    std::vector<const std::uint8_t*> planes(blocks_.size());
    for (std::uint32_t y = 0; y < band_end_ - band_start_; ++y) {
      for (std::size_t p = 0; p < planes.size(); ++p) planes[p] = blocks_[p].data() + y * line;
      pixels_.convert(planes, width,
                      band_.data() + y * row_bytes_ + x * channel_count(pixels_.channels()),
                      ground_);
    }
  }

  TiffFile& file_;
  Geometry geometry_;
  TiffPixels pixels_;
  std::vector<std::vector<std::uint8_t>> blocks_;  // one a plane
  std::vector<std::uint8_t> band_;
  std::size_t row_bytes_ = 0;
  std::uint32_t band_start_ = 0, band_end_ = 0, y_ = 0;
};

/// libtiff's RGBA, a band of strips or tiles at a time. Its alpha is always premultiplied.
class RgbaRows : public TiffRows {
 public:
  RgbaRows(TiffFile& file, const Geometry& geometry) : file_(file), geometry_(geometry) {}
  ~RgbaRows() override {
    if (open_) TIFFRGBAImageEnd(&image_);
  }
  RgbaRows(const RgbaRows&) = delete;
  RgbaRows& operator=(const RgbaRows&) = delete;

  bool start() {
    std::array<char, 1024> message{};
    open_ = TIFFRGBAImageOK(file_.handle(), message.data()) == 1 &&
            TIFFRGBAImageBegin(&image_, file_.handle(), 1, message.data()) == 1;
    if (open_) image_.req_orientation = image_.orientation;  // rows as they are stored
    return open_;
  }

  [[nodiscard]] Channels channels() const override { return Channels::rgb; }

  bool next(TiffRow& row) override {
    while (y_ >= band_end_) {
      if (band_end_ >= geometry_.height) return false;
      band_start_ = band_end_;
      band_end_ = geometry_.band_end(band_start_);
      y_ = read_band() ? band_start_ : band_end_;
    }
    const std::uint32_t* source = raster_.data() + std::size_t{y_ - band_start_} * geometry_.width;
    row_.resize(std::size_t{3} * geometry_.width);
    for (std::size_t x = 0; x < geometry_.width; ++x) {
      const std::uint32_t alpha = TIFFGetA(source[x]);
      row_[3 * x] = over_ground_premultiplied(TIFFGetR(source[x]), alpha, ground_);
      row_[3 * x + 1] = over_ground_premultiplied(TIFFGetG(source[x]), alpha, ground_);
      row_[3 * x + 2] = over_ground_premultiplied(TIFFGetB(source[x]), alpha, ground_);
    }
    row = {y_++, row_};
    return true;
  }

 private:
  bool read_band() {
    const std::uint64_t before = file_.complaints();
    raster_.resize(std::size_t{geometry_.width} * (band_end_ - band_start_));
    image_.row_offset = static_cast<int>(band_start_);
    image_.col_offset = 0;
    if (TIFFRGBAImageGet(&image_, raster_.data(), geometry_.width, band_end_ - band_start_) == 1 &&
        file_.complaints() == before)
      return true;
    if (damage_.empty()) damage_ = file_.complaint();
    if (damage_.empty()) damage_ = "a strip or tile cannot be decoded";
    return false;
  }

  TiffFile& file_;
  Geometry geometry_;
  TIFFRGBAImage image_{};
  bool open_ = false;
  std::vector<std::uint32_t> raster_;
  std::vector<std::uint8_t> row_;
  std::uint32_t band_start_ = 0, band_end_ = 0, y_ = 0;
};

}  // namespace

std::unique_ptr<TiffRows> direct_tiff_rows(TiffFile& file, TiffPixels pixels) {
  TIFF* tiff = file.handle();
  const Geometry geometry(tiff);
  if (!geometry.tiled && !pixels.separate) {
    const std::uint64_t bytes =
        std::max<std::uint64_t>(TIFFScanlineSize64(tiff), pixels.row_bytes(geometry.width));
    if (bytes > kLargestBlock) return nullptr;
    return std::make_unique<ScanlineRows>(file, geometry, std::move(pixels), bytes);
  }
  if (geometry.block_width == 0) return nullptr;
  const std::uint64_t line = pixels.row_bytes(geometry.block_width);
  const std::uint64_t planes = pixels.separate ? pixels.samples : 1;
  const std::uint64_t picture = pixels.row_bytes(geometry.width) * planes * geometry.height;
  // A tile may be larger than the picture, but not at will.
  const std::uint64_t most = std::min(kLargestBlock, std::max(kSmallBlock, 2 * picture)) / planes;
  if (line > most || geometry.block_height > most / line) return nullptr;
  const std::uint64_t bytes = std::max<std::uint64_t>(
      line * geometry.block_height, geometry.tiled ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff));
  if (bytes > most) return nullptr;
  return std::make_unique<BandRows>(file, geometry, std::move(pixels), bytes);
}

std::unique_ptr<TiffRows> rgba_tiff_rows(TiffFile& file) {
  auto rows = std::make_unique<RgbaRows>(file, Geometry(file.handle()));
  if (!rows->start()) return nullptr;
  return rows;
}

}  // namespace ectype::image
