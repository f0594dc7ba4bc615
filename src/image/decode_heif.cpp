#include "image/decoder.hpp"
#include "image/heif_canvases.hpp"
#include "image/heif_file.hpp"
#include "image/heif_transforms.hpp"
#include "image/hevc_decoder.hpp"
#include "image/iso_boxes.hpp"
#include "image/luma.hpp"
#include "image/luma_buffer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <libheif/heif.h>

namespace ectype::image {
namespace {

using Picture = std::unique_ptr<heif_image, HeifRelease<heif_image_release>>;
using Options = std::unique_ptr<heif_decoding_options, HeifRelease<heif_decoding_options_free>>;

/// Samples of the first picture track; 0 where the file holds no sequence.
std::uint64_t sequence_length(const ByteSource& source) {
  const auto movie = IsoBoxes(source).find("moov");
  if (!movie) return 0;
  IsoBoxes tracks(source, *movie);
  while (const auto track = tracks.find("trak")) {
    const auto media = IsoBoxes(source, *track).find("mdia");
    if (!media) continue;
    const auto handler = IsoBoxes(source, *media).find("hdlr");
    std::array<std::uint8_t, 4> kind{};
    if (!handler || !handler->read(source, 8, kind)) continue;
    if (std::memcmp(kind.data(), "pict", 4) != 0 && std::memcmp(kind.data(), "vide", 4) != 0)
      continue;
    const auto information = IsoBoxes(source, *media).find("minf");
    if (!information) continue;
    const auto table = IsoBoxes(source, *information).find("stbl");
    if (!table) continue;
    auto sizes = IsoBoxes(source, *table).find("stsz");
    if (!sizes) sizes = IsoBoxes(source, *table).find("stz2");
    std::array<std::uint8_t, 4> count{};
    if (sizes && sizes->read(source, 8, count)) return big_endian(count, 4);
  }
  return 0;
}

/// Colours described in a way that libheif does not know; the pixels are whole.
bool is_harmless(const heif_error& warning) {
  switch (warning.subcode) {
    case heif_suberror_Unknown_color_profile_type:
    case heif_suberror_Unknown_NCLX_color_primaries:
    case heif_suberror_Unknown_NCLX_transfer_characteristics:
    case heif_suberror_Unknown_NCLX_matrix_coefficients:
      return true;
    default:
      return warning.code == heif_error_Ok;
  }
}

class HeifDecoder : public Decoder {
 public:
  HeifDecoder(Source source, const Limits& limits, Format format, HeifItem item)
      : Decoder(std::move(source), limits), file_(source_, limits_, format) {
    if (item == HeifItem::thumbnail) open_thumbnail();
    read_header(format);
    if (item == HeifItem::primary) count_frames();
  }

  bool next(LumaRow& row) override {
    if (!started_) {
      started_ = true;
      decode();
    }
    if (plane_ == nullptr || y_ >= info_.height) return false;
    row = convert(stored_row(y_), y_);
    ++y_;
    return true;
  }

 private:
  void open_thumbnail() {
    item_ = file_.thumbnail_item();
    if (!item_) throw error(ErrorCode::damaged, "HEIF: no thumbnail");
    thumbnail_ = file_.open_thumbnail(*item_);
  }

  [[nodiscard]] heif_image_handle* handle() const {
    return thumbnail_ ? thumbnail_.get() : file_.primary();
  }

  void read_header(Format format) {
    const int bits = heif_image_handle_get_luma_bits_per_pixel(handle());
    info_.bits_per_channel = bits > 0 ? bits : 8;
    info_.has_alpha = heif_image_handle_has_alpha_channel(handle()) != 0;
    premultiplied_ = heif_image_handle_is_premultiplied_alpha(handle()) != 0;
    const std::uint64_t pixel_bytes =
        (info_.bits_per_channel > 8 ? 2u : 1u) * (info_.has_alpha ? 4u : 3u);
    for (const HeifCanvas& canvas : heif_canvases(*source_))
      if (canvas.width > 0 && canvas.height > 0) set_size(canvas.width, canvas.height, pixel_bytes);
    set_size(size_of(heif_image_handle_get_ispe_width(handle())),
             size_of(heif_image_handle_get_ispe_height(handle())), pixel_bytes);
    read_transforms(pixel_bytes);
    info_.format = format;
    info_.color = "ycbcr";
    info_.decoder = heif_version();
    if (format == Format::heif) info_.decoder += " with " + hevc_version();
    const auto profile = heif_image_handle_get_color_profile_type(handle());
    info_.has_icc_profile =
        profile == heif_color_profile_type_rICC || profile == heif_color_profile_type_prof;
  }

  /// Rotations and mirrors are left to who takes the rows; a crop is applied by libheif, and with
  /// it all the rest.
  void read_transforms(std::uint64_t pixel_bytes) {
    const auto transforms = heif_transforms(*source_, item_);
    const auto orientation = transforms ? heif_orientation(*transforms) : std::nullopt;
    if (orientation) {
      info_.orientation = *orientation;
      // libheif 1.15 transforms the alpha even where it is told to ignore transformations. So with
      // alpha it has to transform the colours too, and the rows are taken back from the result.
      libheif_transforms_ = info_.has_alpha;
      if (libheif_transforms_) applied_ = *orientation;
      return;
    }
    libheif_transforms_ = true;
    info_.warnings.emplace_back(transforms
                                    ? "crop of the HEIF applied by libheif, with any rotation"
                                    : "malformed properties of the HEIF, left to libheif");
    // The picture is decoded whole, however little of it the crop shows: the limits hold for both.
    set_size(size_of(heif_image_handle_get_width(handle())),
             size_of(heif_image_handle_get_height(handle())), pixel_bytes);
  }

  static std::uint64_t size_of(int value) {
    return value > 0 ? static_cast<std::uint64_t>(value) : 0;
  }

  void count_frames() {
    const int images = heif_context_get_number_of_top_level_images(file_.context());
    // A sample has at least a byte: what claims more is made up.
    const std::uint64_t samples = std::min(sequence_length(*source_), source_->size());
    info_.frames = static_cast<std::uint32_t>(std::min<std::uint64_t>(
        0xFFFFFFFF, std::max({std::uint64_t{1}, size_of(images), samples})));
  }

  void decode() {
    const bool wide = info_.bits_per_channel > 8;
    const heif_chroma chroma =
        wide ? (info_.has_alpha ? heif_chroma_interleaved_RRGGBBAA_LE
                                : heif_chroma_interleaved_RRGGBB_LE)
             : (info_.has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
    const Options options(heif_decoding_options_alloc());
    if (!options) throw std::bad_alloc();
    // dav1d, the default, prints about damaged files. Without aom it is taken all the same.
    if (info_.format == Format::avif) options->decoder_id = "aom";
    options->ignore_transformations = libheif_transforms_ ? 0 : 1;
    HevcSession hevc(limits_.max_pixels);
    heif_image* image = nullptr;
    const heif_error result =
        heif_decode_image(handle(), &image, heif_colorspace_RGB, chroma, options.get());
    picture_.reset(image);
    if (!hevc.refused_size().empty())
      throw error(ErrorCode::over_limit,
                  "the HEVC picture in the HEIF is " + hevc.refused_size() +
                      " pixels, over the limit of " + std::to_string(limits_.max_pixels) +
                      ", unlike what its header says; raise it with --max-pixels "
                      "(Limits::max_pixels)");
    if (!hevc.damage().empty()) set_damage(hevc.damage());
    if (result.code == heif_error_Unsupported_feature) file_.check(result);
    if (result.code != heif_error_Ok || !picture_) {
      set_damage(std::string("HEIF: ") + result.message);
      return;
    }
    note_warnings();
    take_plane(wide);
  }

  void note_warnings() {
    std::array<heif_error, 8> warnings{};
    const int count = heif_image_get_decoding_warnings(picture_.get(), 0, warnings.data(),
                                                       static_cast<int>(warnings.size()));
    for (int i = 0; i < std::min<int>(count, static_cast<int>(warnings.size())); ++i)
      if (!is_harmless(warnings[static_cast<std::size_t>(i)]))
        set_damage(std::string("HEIF: ") + warnings[static_cast<std::size_t>(i)].message);
  }

  void take_plane(bool wide) {
    constexpr heif_channel kAll = heif_channel_interleaved;
    const std::uint64_t row_pixels = size_of(heif_image_get_width(picture_.get(), kAll));
    std::uint64_t width = row_pixels;
    std::uint64_t height = size_of(heif_image_get_height(picture_.get(), kAll));
    if (applied_ >= 5) std::swap(width, height);
    const int range = heif_image_get_bits_per_pixel_range(picture_.get(), kAll);
    if (width != info_.width || height != info_.height) {
      set_damage("the picture in the HEIF is " + std::to_string(width) + " x " +
                 std::to_string(height) + " pixels, unlike what its header says");
      return;
    }
    if (range < 8 || range > 16 || wide != (range > 8)) {
      set_damage("the picture in the HEIF has other bits a channel than its header says");
      return;
    }
    top_ = (std::uint64_t{1} << range) - 1;
    int stride = 0;
    const std::uint8_t* plane = heif_image_get_plane_readonly(picture_.get(), kAll, &stride);
    pixel_bytes_ = (info_.has_alpha ? 4u : 3u) * (wide ? 2u : 1u);
    if (plane == nullptr || size_of(stride) < row_pixels * pixel_bytes_) {
      set_damage("libheif gave no pixels");
      return;
    }
    plane_ = plane;
    stride_ = static_cast<std::size_t>(stride);
  }

  /// Row `y` as it was before libheif applied an orientation.
  const std::uint8_t* stored_row(std::uint32_t y) {
    if (applied_ == 1) return plane_ + std::size_t{y} * stride_;
    const bool flips_columns = applied_ == 2 || applied_ == 3 || applied_ == 7 || applied_ == 8;
    const bool flips_rows = applied_ == 3 || applied_ == 4 || applied_ == 6 || applied_ == 7;
    const std::size_t row = flips_rows ? info_.height - 1 - y : y;
    const bool transposed = applied_ >= 5;
    const std::size_t along = transposed ? stride_ : pixel_bytes_;
    const std::uint8_t* from = plane_ + row * (transposed ? pixel_bytes_ : stride_);
    turned_.resize(info_.width * pixel_bytes_);
    for (std::size_t x = 0; x < info_.width; ++x) {
      const std::size_t column = flips_columns ? info_.width - 1 - x : x;
      std::memcpy(turned_.data() + x * pixel_bytes_, from + column * along, pixel_bytes_);
    }
    return turned_.data();
  }

  LumaRow convert(const std::uint8_t* line, std::uint32_t y) {
    const Channels channels = info_.has_alpha ? Channels::rgba : Channels::rgb;
    std::span<const std::uint8_t> pixels(line, info_.width * channel_count(channels));
    if (top_ > 255) {
      narrow_.resize(pixels.size());
      for (std::size_t i = 0; i < narrow_.size(); ++i) {
        const std::uint64_t value = line[2 * i] | std::uint64_t{line[2 * i + 1]} << 8;
        narrow_[i] = to_8_bits(std::min(value, top_), top_);
      }
      pixels = narrow_;
    }
    if (!info_.has_alpha || !premultiplied_) return luma_.convert(y, pixels, channels, ground());
    composited_.resize(std::size_t{3} * info_.width);
    for (std::size_t x = 0; x < info_.width; ++x) {
      for (std::size_t c = 0; c < 3; ++c)
        composited_[3 * x + c] =
            over_ground_premultiplied(pixels[4 * x + c], pixels[4 * x + 3], ground());
    }
    return luma_.convert(y, composited_, Channels::rgb, ground());
  }

  HeifFile file_;
  std::optional<heif_item_id> item_;  ///< of the thumbnail
  HeifHandle thumbnail_;              ///< null for the primary item
  Picture picture_;
  LumaBuffer luma_;
  std::vector<std::uint8_t> turned_;
  std::vector<std::uint8_t> narrow_;
  std::vector<std::uint8_t> composited_;
  const std::uint8_t* plane_ = nullptr;
  std::size_t stride_ = 0;
  std::size_t pixel_bytes_ = 0;
  std::uint64_t top_ = 255;
  std::uint32_t y_ = 0;
  int applied_ = 1;  ///< EXIF orientation that libheif applies and that `stored_row` undoes
  bool libheif_transforms_ = false;
  bool premultiplied_ = false;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_heif(Source source, const Limits& limits, Format format,
                                   HeifItem item) {
  return std::make_unique<HeifDecoder>(std::move(source), limits, format, item);
}

}  // namespace ectype::image
