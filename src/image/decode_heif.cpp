#include "image/decoder.hpp"
#include "image/heif_transforms.hpp"
#include "image/iso_boxes.hpp"
#include "image/luma.hpp"
#include "image/luma_buffer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <libheif/heif.h>

namespace ectype::image {
namespace {

template <auto Free>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<heif_context, Release<heif_context_free>>;
using Handle = std::unique_ptr<heif_image_handle, Release<heif_image_handle_release>>;
using Picture = std::unique_ptr<heif_image, Release<heif_image_release>>;
using Options = std::unique_ptr<heif_decoding_options, Release<heif_decoding_options_free>>;

/// Loads decoder plugins, where libheif is built with them, once and before any sandbox is shut.
void initialize() {
  static std::once_flag once;
  std::call_once(once, [] { heif_init(nullptr); });
}

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

/// The codec that the brand promises; the file itself names it in too many ways.
heif_compression_format promised_codec(const ByteSource& source, Format format) {
  if (format == Format::avif) return heif_compression_AV1;
  std::array<std::uint8_t, 4> brand{};
  source.read_at(8, brand);
  const bool hevc = std::memcmp(brand.data(), "he", 2) == 0;  // heic, heix, hevc, ...
  return hevc ? heif_compression_HEVC : heif_compression_undefined;
}

std::string missing_decoder(Format format) {
  return format == Format::avif
             ? "AVIF, but libheif has no AV1 decoder: install its dav1d or aom plugin "
               "(libheif-plugin-dav1d)"
             : "HEIC, but libheif has no HEVC decoder: install its libde265 plugin "
               "(libheif-plugin-libde265)";
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

/// A channel of the decoded picture, with the bytes of a sample next to each other.
struct Plane {
  const std::uint8_t* samples = nullptr;
  std::ptrdiff_t stride = 0;
  std::uint64_t top = 255;  ///< the largest value
  [[nodiscard]] std::ptrdiff_t sample_bytes() const { return top > 255 ? 2 : 1; }
};

/// Where a picture that was turned keeps a row as it was before.
struct RowPlace {
  std::uint64_t column = 0, row = 0;   ///< of its first pixel
  std::ptrdiff_t right = 0, down = 0;  ///< from pixel to pixel: one of them is 1 or -1
};

/// Row `y` of a picture of this size before an EXIF orientation was applied to it.
RowPlace place_of_row(std::uint32_t y, const ImageInfo& before, int applied) {
  const bool flips_columns = applied == 2 || applied == 3 || applied == 7 || applied == 8;
  const bool flips_rows = applied == 3 || applied == 4 || applied == 6 || applied == 7;
  const std::uint64_t first = flips_columns ? before.width - 1 : 0;
  const std::uint64_t line = flips_rows ? before.height - 1 - y : y;
  const std::ptrdiff_t step = flips_columns ? -1 : 1;
  if (applied >= 5) return {line, first, 0, step};
  return {first, line, step, 0};
}

class HeifDecoder : public Decoder {
 public:
  HeifDecoder(Source source, const Limits& limits, Format format)
      : Decoder(std::move(source), limits), context_(open_context(format)) {
    read_primary();
    read_header(format);
  }

  bool next(LumaRow& row) override {
    if (!started_) {
      started_ = true;
      decode();
    }
    if (planes_.empty() || y_ >= info_.height) return false;
    row = convert(y_);
    ++y_;
    return true;
  }

 private:
  Context open_context(Format format) const {
    initialize();
    const heif_compression_format codec = promised_codec(*source_, format);
    if (codec != heif_compression_undefined && heif_have_decoder_for_format(codec) == 0)
      throw error(ErrorCode::unsupported, missing_decoder(format));
    Context context(heif_context_alloc());
    if (!context) throw std::bad_alloc();
    heif_context_set_max_decoding_threads(context.get(), 0);
    return context;
  }

  void read_primary() {
    const auto bytes = source_->all(limits_.max_input_bytes);
    check(heif_context_read_from_memory_without_copy(context_.get(), bytes.data(), bytes.size(),
                                                     nullptr));
    heif_image_handle* handle = nullptr;
    check(heif_context_get_primary_image_handle(context_.get(), &handle));
    handle_.reset(handle);
  }

  /// Throws for what keeps the file from being decoded at all.
  void check(const heif_error& result) const {
    if (result.code == heif_error_Ok) return;
    const std::string message = std::string("HEIF: ") + result.message;
    if (result.subcode == heif_suberror_Unsupported_codec)
      throw error(ErrorCode::unsupported, message + "; install libheif's plugin for it");
    if (result.subcode == heif_suberror_Security_limit_exceeded)
      throw error(ErrorCode::over_limit, message + " (a limit of libheif)");
    if (result.code == heif_error_Unsupported_feature ||
        result.code == heif_error_Unsupported_filetype)
      throw error(ErrorCode::unsupported, message);
    throw error(ErrorCode::damaged, message);
  }

  void read_header(Format format) {
    const int bits = heif_image_handle_get_luma_bits_per_pixel(handle_.get());
    info_.bits_per_channel = bits > 0 ? bits : 8;
    info_.has_alpha = heif_image_handle_has_alpha_channel(handle_.get()) != 0;
    premultiplied_ = heif_image_handle_is_premultiplied_alpha(handle_.get()) != 0;
    const std::uint64_t pixel_bytes =
        (info_.bits_per_channel > 8 ? 2u : 1u) * (info_.has_alpha ? 4u : 3u);
    set_size(size_of(heif_image_handle_get_ispe_width(handle_.get())),
             size_of(heif_image_handle_get_ispe_height(handle_.get())), pixel_bytes);
    read_transforms(pixel_bytes);
    info_.format = format;
    info_.color = "ycbcr";
    info_.decoder = heif_version();
    const auto profile = heif_image_handle_get_color_profile_type(handle_.get());
    info_.has_icc_profile =
        profile == heif_color_profile_type_rICC || profile == heif_color_profile_type_prof;
    count_frames();
  }

  /// Rotations and mirrors are left to who takes the rows; a crop is applied by libheif, and with
  /// it all the rest.
  void read_transforms(std::uint64_t pixel_bytes) {
    const auto transforms = heif_transforms(*source_);
    const auto orientation = transforms ? heif_orientation(*transforms) : std::nullopt;
    if (orientation) {
      info_.orientation = *orientation;
      // libheif 1.15 transforms the alpha whatever it is told: so it has to transform the colours
      // too, and the rows are read back as they were.
      libheif_transforms_ = info_.has_alpha;
      if (libheif_transforms_) applied_ = *orientation;
      return;
    }
    libheif_transforms_ = true;
    info_.warnings.emplace_back(transforms
                                    ? "crop of the HEIF applied by libheif, with any rotation"
                                    : "malformed properties of the HEIF, left to libheif");
    // The picture is decoded whole, however little of it the crop shows: the limits hold for both.
    set_size(size_of(heif_image_handle_get_width(handle_.get())),
             size_of(heif_image_handle_get_height(handle_.get())), pixel_bytes);
  }

  static std::uint64_t size_of(int value) {
    return value > 0 ? static_cast<std::uint64_t>(value) : 0;
  }

  void count_frames() {
    const int images = heif_context_get_number_of_top_level_images(context_.get());
    // A sample has at least a byte: what claims more is made up.
    const std::uint64_t samples = std::min(sequence_length(*source_), source_->size());
    info_.frames = static_cast<std::uint32_t>(std::min<std::uint64_t>(
        0xFFFFFFFF, std::max({std::uint64_t{1}, size_of(images), samples})));
  }

  void decode() {
    const Options options(heif_decoding_options_alloc());
    if (!options) throw std::bad_alloc();
    // dav1d, the default, prints about damaged files. Without aom it is taken all the same.
    if (info_.format == Format::avif) options->decoder_id = "aom";
    options->ignore_transformations = libheif_transforms_ ? 0 : 1;
    // Planes, because libheif packs pixels without a look at the size of the alpha plane.
    heif_image* image = nullptr;
    const heif_error result = heif_decode_image(handle_.get(), &image, heif_colorspace_RGB,
                                                heif_chroma_444, options.get());
    picture_.reset(image);
    if (result.code == heif_error_Unsupported_feature) check(result);
    if (result.code != heif_error_Ok || !picture_) {
      set_damage(std::string("HEIF: ") + result.message);
      return;
    }
    note_warnings();
    take_planes();
  }

  void note_warnings() {
    std::array<heif_error, 8> warnings{};
    const int count = heif_image_get_decoding_warnings(picture_.get(), 0, warnings.data(),
                                                       static_cast<int>(warnings.size()));
    for (int i = 0; i < std::min<int>(count, static_cast<int>(warnings.size())); ++i)
      if (!is_harmless(warnings[static_cast<std::size_t>(i)]))
        set_damage(std::string("HEIF: ") + warnings[static_cast<std::size_t>(i)].message);
  }

  void take_planes() {
    std::vector<heif_channel> channels{heif_channel_R, heif_channel_G, heif_channel_B};
    if (info_.has_alpha && heif_image_has_channel(picture_.get(), heif_channel_Alpha) != 0)
      channels.push_back(heif_channel_Alpha);
    std::vector<Plane> planes;
    for (const heif_channel channel : channels) {
      const auto plane = take_plane(channel);
      if (!plane) return;
      planes.push_back(*plane);
    }
    if (planes[1].top != planes[0].top || planes[2].top != planes[0].top ||
        (planes[0].top > 255) != (info_.bits_per_channel > 8)) {
      set_damage("the picture in the HEIF has other bits a channel than its header says");
      return;
    }
    planes_ = std::move(planes);
  }

  std::optional<Plane> take_plane(heif_channel channel) {
    const std::uint64_t row_pixels = size_of(heif_image_get_width(picture_.get(), channel));
    std::uint64_t width = row_pixels;
    std::uint64_t height = size_of(heif_image_get_height(picture_.get(), channel));
    if (applied_ >= 5) std::swap(width, height);
    if (width != info_.width || height != info_.height) {
      set_damage(std::string(channel == heif_channel_Alpha ? "the alpha" : "the picture") +
                 " in the HEIF is " + std::to_string(width) + " x " + std::to_string(height) +
                 " pixels, unlike what its header says");
      return std::nullopt;
    }
    const int range = heif_image_get_bits_per_pixel_range(picture_.get(), channel);
    if (range < 8 || range > 16) {
      set_damage("the picture in the HEIF has " + std::to_string(range) + " bits a channel");
      return std::nullopt;
    }
    Plane plane;
    plane.top = (std::uint64_t{1} << range) - 1;
    int stride = 0;
    plane.samples = heif_image_get_plane_readonly(picture_.get(), channel, &stride);
    plane.stride = stride;
    if (plane.samples == nullptr ||
        size_of(stride) < row_pixels * static_cast<std::uint64_t>(plane.sample_bytes())) {
      set_damage("libheif gave no pixels");
      return std::nullopt;
    }
    return plane;
  }

  /// Packs a row of one channel into every `pitch`-th byte of `out`.
  void pack(const Plane& plane, const RowPlace& place, std::uint8_t* out, std::size_t pitch) const {
    const std::ptrdiff_t bytes = plane.sample_bytes();
    const std::uint8_t* from = plane.samples +
                               static_cast<std::ptrdiff_t>(place.row) * plane.stride +
                               static_cast<std::ptrdiff_t>(place.column) * bytes;
    const std::ptrdiff_t step = place.down * plane.stride + place.right * bytes;
    for (std::ptrdiff_t x = 0; x < std::ptrdiff_t{info_.width}; ++x, out += pitch) {
      if (bytes == 1) {
        *out = from[x * step];
      } else {
        std::uint16_t value = 0;
        std::memcpy(&value, from + x * step, sizeof value);
        *out = to_8_bits(std::min<std::uint64_t>(value, plane.top), plane.top);
      }
    }
  }

  LumaRow convert(std::uint32_t y) {
    const RowPlace place = place_of_row(y, info_, applied_);
    const std::size_t count = planes_.size();
    pixels_.resize(count * info_.width);
    for (std::size_t c = 0; c < count; ++c) pack(planes_[c], place, pixels_.data() + c, count);
    if (count == 3) return luma_.convert(y, pixels_, Channels::rgb);
    if (!premultiplied_) return luma_.convert(y, pixels_, Channels::rgba);
    composited_.resize(std::size_t{3} * info_.width);
    for (std::size_t x = 0; x < info_.width; ++x) {
      const std::uint32_t ground = (kGround * (255u - pixels_[4 * x + 3]) + 127) / 255;
      for (std::size_t c = 0; c < 3; ++c)
        composited_[3 * x + c] =
            static_cast<std::uint8_t>(std::min<std::uint32_t>(255, pixels_[4 * x + c] + ground));
    }
    return luma_.convert(y, composited_, Channels::rgb);
  }

  Context context_;
  Handle handle_;
  Picture picture_;
  LumaBuffer luma_;
  std::vector<Plane> planes_;  ///< R, G, B and, where there is one, alpha
  std::vector<std::uint8_t> pixels_;
  std::vector<std::uint8_t> composited_;
  int applied_ = 1;  ///< EXIF orientation that libheif has applied and that the rows undo
  std::uint32_t y_ = 0;
  bool libheif_transforms_ = false;
  bool premultiplied_ = false;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Decoder> open_heif(Source source, const Limits& limits, Format format) {
  return std::make_unique<HeifDecoder>(std::move(source), limits, format);
}

std::string heif_version() {
  initialize();
  return std::string("libheif ") + heif_get_version();
}

}  // namespace ectype::image
