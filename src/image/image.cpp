#include "ectype/image.hpp"

#include "image/decoder.hpp"
#include "image/exif.hpp"
#include "image/hevc_decoder.hpp"
#include "image/luma.hpp"
#include "image/sniff.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace ectype {
namespace {

constexpr std::uint64_t kMaxSide = std::uint64_t{1} << 26;
constexpr std::uint64_t kMaxRowBytes = std::uint64_t{1} << 28;
/// The sums of a LumaGrid are exact up to here.
constexpr std::uint64_t kMaxPixelsEver = std::uint64_t{1} << 32;

std::unique_ptr<image::Decoder> open_decoder(const image::Source& source, const Limits& limits,
                                             std::uint32_t shrink, image::HeifItem item) {
  std::array<std::uint8_t, image::kSniffBytes> head{};
  const std::size_t count = source->read_at(0, head);
  const image::Sniffed sniffed = image::sniff(std::span(head).first(count));
  if (!sniffed.format)
    throw Error(ErrorCode::unsupported, source->name() + ": " + sniffed.description);
  switch (*sniffed.format) {
    case Format::jpeg:
      return image::open_jpeg(source, limits, shrink);
    case Format::png:
      return image::open_png(source, limits);
    case Format::webp:
      return image::open_webp(source, limits);
    case Format::tiff:
      return image::open_tiff(source, limits);
    case Format::bmp:
      return image::open_bmp(source, limits);
    case Format::pnm:
      return image::open_pnm(source, limits);
    case Format::gif:
      return image::open_gif(source, limits);
    case Format::heif:
    case Format::avif:
      return image::open_heif(source, limits, *sniffed.format, item);
    case Format::jpeg2000:
      return image::open_jpeg2000(source, limits);
    case Format::pixels:
      break;
  }
  throw Error(ErrorCode::internal, source->name() + ": no decoder for " + sniffed.description);
}

}  // namespace

std::string_view to_string(Format format) noexcept {
  switch (format) {
    case Format::jpeg:
      return "jpeg";
    case Format::png:
      return "png";
    case Format::webp:
      return "webp";
    case Format::tiff:
      return "tiff";
    case Format::bmp:
      return "bmp";
    case Format::pnm:
      return "pnm";
    case Format::gif:
      return "gif";
    case Format::heif:
      return "heif";
    case Format::avif:
      return "avif";
    case Format::jpeg2000:
      return "jpeg2000";
    case Format::pixels:
      return "pixels";
  }
  return "pixels";
}

namespace image {

void Decoder::set_size(std::uint64_t width, std::uint64_t height, std::uint64_t bytes_per_pixel) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height);
  if (width == 0 || height == 0) throw error(ErrorCode::damaged, "its size is " + size + " pixels");
  if (width > kMaxSide || height > kMaxSide || width * height > kMaxPixelsEver)
    throw error(ErrorCode::over_limit, size + " pixels are more than this version handles");
  if (width * height > limits_.max_pixels)
    throw error(ErrorCode::over_limit, size + " is " + std::to_string(width * height) +
                                           " pixels, over the limit of " +
                                           std::to_string(limits_.max_pixels) +
                                           "; raise it with --max-pixels (Limits::max_pixels)");
  if (bytes_per_pixel > limits_.max_bytes_per_pixel)
    throw error(ErrorCode::over_limit,
                std::to_string(bytes_per_pixel) + " bytes a pixel are over the limit of " +
                    std::to_string(limits_.max_bytes_per_pixel) +
                    "; raise it with --max-bytes-per-pixel (Limits::max_bytes_per_pixel)");
  if (width * bytes_per_pixel > kMaxRowBytes)
    throw error(ErrorCode::over_limit, size + ": a row of " +
                                           std::to_string(width * bytes_per_pixel) +
                                           " bytes is more than this version handles");
  info_.width = static_cast<std::uint32_t>(width);
  info_.height = static_cast<std::uint32_t>(height);
}

void Decoder::set_orientation(std::optional<int> value) {
  if (!value) return;
  if (*value == 0) info_.warnings.emplace_back("malformed EXIF orientation, counted as 1");
  info_.orientation = std::max(1, *value);
}

}  // namespace image

Image::Image(std::shared_ptr<const image::ByteSource> source, const Limits& limits, Part part)
    : source_(std::move(source)), limits_(limits), part_(part) {
  read_header();
}

Image::Image(const PixelView& pixels) : pixels_(pixels) { read_header(); }

void Image::read_header() {
  auto decoder = this->decoder(1);
  info_ = decoder->info();
  first_decoder_ = std::make_shared<image::FirstDecoder>(std::move(decoder));
}

Image Image::open(const std::filesystem::path& path, const Limits& limits) {
  return {image::open_file(path), limits};
}

Image Image::open(std::span<const std::uint8_t> bytes, const Limits& limits) {
  return {image::open_memory(bytes), limits};
}

Image Image::open(int descriptor, const Limits& limits) {
  return {image::open_descriptor(descriptor, limits.max_input_bytes), limits};
}

Image Image::view(const PixelView& pixels) { return Image(pixels); }

std::unique_ptr<image::Decoder> Image::decoder(std::uint32_t shrink) const {
  if (!source_) return image::open_pixels(pixels_);
  return open_decoder(
      source_, limits_, shrink,
      part_ == Part::thumbnail_item ? image::HeifItem::thumbnail : image::HeifItem::primary);
}

RowReader Image::rows(std::uint32_t shrink, std::uint8_t ground) const {
  if (shrink != 1 && shrink != 2 && shrink != 4 && shrink != 8)
    throw Error(ErrorCode::invalid_argument,
                "shrink is " + std::to_string(shrink) + "; give 1, 2, 4 or 8");
  auto decoder = first_decoder_->take();
  if (!decoder || shrink != 1) decoder = this->decoder(shrink);
  decoder->set_ground(ground);
  const image::Decoder& opened = *decoder;
  const std::uint32_t width = opened.row_width();
  const std::uint32_t height = opened.row_count();
  const std::uint32_t actual = opened.shrink();
  return {std::move(decoder), width, height, actual};
}

RowReader::RowReader(std::unique_ptr<image::Decoder> decoder, std::uint32_t width,
                     std::uint32_t height, std::uint32_t shrink)
    : decoder_(std::move(decoder)), width_(width), height_(height), shrink_(shrink), seen_(height) {
  decoded_.rows = height;
}
RowReader::RowReader(RowReader&&) noexcept = default;
RowReader& RowReader::operator=(RowReader&&) noexcept = default;
RowReader::~RowReader() = default;

bool RowReader::next(LumaRow& row) {
  while (!drained_) {
    if (!decoder_->next(row)) {
      drained_ = true;
      decoded_.damage = decoder_->damage();
      if (decoded_.rows_intact < height_ && decoded_.damage.empty())
        decoded_.damage = "the file ends before its last row";
      break;
    }
    if (row.y >= height_ || seen_[row.y]) continue;
    seen_[row.y] = true;
    ++decoded_.rows_intact;
    return true;
  }
  while (next_missing_ < height_ && seen_[next_missing_]) ++next_missing_;
  if (next_missing_ == height_) return false;
  filler_.resize(width_, image::kGround);
  row = {next_missing_++, filler_, {}, {}, {}};
  return true;
}

std::vector<std::string> codec_versions() {
  return {image::jpeg_version(), image::png_version(),     image::webp_version(),
          image::tiff_version(), image::gif_version(),     image::heif_version(),
          image::hevc_version(), image::jpeg2000_version()};
}

}  // namespace ectype
