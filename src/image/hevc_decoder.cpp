#include "image/hevc_decoder.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <span>

#include <libde265/de265.h>
#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

namespace ectype::image {
namespace {

thread_local HevcSession* session = nullptr;

void complain(const std::string& what) {
  if (session != nullptr) session->complain("HEVC: " + what);
}

constexpr heif_error kDone{heif_error_Ok, heif_suberror_Unspecified, "Success"};
constexpr heif_error kNoMemory{heif_error_Memory_allocation_error, heif_suberror_Unspecified,
                               "not enough memory to decode HEVC"};
constexpr heif_error kNoPicture{heif_error_Decoder_plugin_error, heif_suberror_Unspecified,
                                "no picture in the HEVC data"};

/// The pictures of one item: units of the stream go in, one picture comes out.
class Stream {
 public:
  Stream() : context_(de265_new_decoder()) {
    if (!context_) throw std::bad_alloc();
    // Checksums in the stream are not asked for: libde265 1.0.11 gets those other than MD5 wrong,
    // of whole pictures too.
  }

  /// Units, each with its length (32 bits, big-endian) before it.
  void push(std::span<const std::uint8_t> data) {
    constexpr std::size_t length_bytes = 4;
    while (!data.empty()) {
      if (data.size() < length_bytes) return complain("the data end within a length");
      std::size_t length = 0;
      for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | data[i];
      data = data.subspan(length_bytes);
      if (length > data.size()) complain("the data end within a unit");
      const auto unit = data.first(std::min(length, data.size()));
      const auto size = hevc_coded_size(unit);
      if (!unit.empty() && (!size || session == nullptr || session->admit(*size)))
        note(
            de265_push_NAL(context_.get(), unit.data(), static_cast<int>(unit.size()), 0, nullptr));
      data = data.subspan(unit.size());
    }
  }

  /// The first picture, as long as the stream lives; null where there is none. An item of a file
  /// that keeps to the standard has no other.
  const de265_image* decode() {
    note(de265_flush_data(context_.get()));
    const de265_image* picture = nullptr;
    for (int more = 1; more != 0 && picture == nullptr;) {
      more = 0;
      const de265_error result = de265_decode(context_.get(), &more);
      note(result);
      if (result != DE265_OK) more = 0;
      picture = de265_get_next_picture(context_.get());
    }
    for (de265_error warning = de265_get_warning(context_.get()); warning != DE265_OK;
         warning = de265_get_warning(context_.get()))
      note(warning);
    return picture;
  }

 private:
  struct Free {
    void operator()(de265_decoder_context* context) const { de265_free_decoder(context); }
  };

  static void note(de265_error what) {
    switch (what) {
      case DE265_OK:
      // Of how it is decoded, not of the picture.
      case DE265_WARNING_NO_WPP_CANNOT_USE_MULTITHREADING:
      case DE265_WARNING_NUMBER_OF_THREADS_LIMITED_TO_MAXIMUM:
        return;
      default:
        complain(de265_get_error_text(what));
    }
  }

  std::unique_ptr<de265_decoder_context, Free> context_;
};

heif_error new_decoder(void** decoder) {
  try {
    *decoder = new Stream;
    return kDone;
  } catch (const std::exception&) {
    return kNoMemory;
  }
}

void free_decoder(void* decoder) { delete static_cast<Stream*>(decoder); }

heif_error push_data(void* decoder, const void* data, std::size_t size) {
  try {
    static_cast<Stream*>(decoder)->push({static_cast<const std::uint8_t*>(data), size});
    return kDone;
  } catch (const std::exception&) {
    return kNoMemory;
  }
}

heif_chroma heif_chroma_of(const de265_image* picture) {
  switch (de265_get_chroma_format(picture)) {
    case de265_chroma_mono:
      return heif_chroma_monochrome;
    case de265_chroma_420:
      return heif_chroma_420;
    case de265_chroma_422:
      return heif_chroma_422;
    case de265_chroma_444:
      break;
  }
  return heif_chroma_444;
}

heif_error copy_plane(const de265_image* picture, int channel, heif_image* image) {
  constexpr std::array kChannels{heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  const heif_channel to = kChannels[static_cast<std::size_t>(channel)];
  const int width = de265_get_image_width(picture, channel);
  const int height = de265_get_image_height(picture, channel);
  const int bits = de265_get_bits_per_pixel(picture, channel);
  if (width <= 0 || height <= 0) return kNoPicture;
  if (const heif_error result = heif_image_add_plane(image, to, width, height, bits);
      result.code != heif_error_Ok)
    return result;
  int from_stride = 0;
  int to_stride = 0;
  const std::uint8_t* source = de265_get_image_plane(picture, channel, &from_stride);
  std::uint8_t* target = heif_image_get_plane(image, to, &to_stride);
  if (source == nullptr || target == nullptr) return kNoPicture;
  const std::size_t row = static_cast<std::size_t>(width) * (bits > 8 ? 2 : 1);
  for (std::ptrdiff_t y = 0; y < height; ++y)
    std::memcpy(target + y * to_stride, source + y * from_stride, row);
  return kDone;
}

/// How the colours are coded; values that libheif does not know are left out.
void copy_colours(const de265_image* picture, heif_image* image) {
  const std::unique_ptr<heif_color_profile_nclx, decltype(&heif_nclx_color_profile_free)> colours(
      heif_nclx_color_profile_alloc(), heif_nclx_color_profile_free);
  if (!colours) return;
  const auto number = [](int value) { return static_cast<std::uint16_t>(value); };
  heif_nclx_color_profile_set_color_primaries(colours.get(),
                                              number(de265_get_image_colour_primaries(picture)));
  heif_nclx_color_profile_set_transfer_characteristics(
      colours.get(), number(de265_get_image_transfer_characteristics(picture)));
  heif_nclx_color_profile_set_matrix_coefficients(
      colours.get(), number(de265_get_image_matrix_coefficients(picture)));
  colours->full_range_flag =
      static_cast<std::uint8_t>(de265_get_image_full_range_flag(picture) != 0);
  heif_image_set_nclx_color_profile(image, colours.get());
}

heif_error copy_picture(const de265_image* picture, heif_image** out) {
  const heif_chroma chroma = heif_chroma_of(picture);
  const bool mono = chroma == heif_chroma_monochrome;
  heif_image* image = nullptr;
  heif_error result =
      heif_image_create(de265_get_image_width(picture, 0), de265_get_image_height(picture, 0),
                        mono ? heif_colorspace_monochrome : heif_colorspace_YCbCr, chroma, &image);
  for (int channel = 0; result.code == heif_error_Ok && channel < (mono ? 1 : 3); ++channel)
    result = copy_plane(picture, channel, image);
  if (result.code != heif_error_Ok) {
    heif_image_release(image);
    return result;
  }
  copy_colours(picture, image);
  *out = image;
  return kDone;
}

heif_error decode_image(void* decoder, heif_image** image) {
  try {
    const de265_image* const picture = static_cast<Stream*>(decoder)->decode();
    return picture != nullptr ? copy_picture(picture, image) : kNoPicture;
  } catch (const std::exception&) {
    return kNoMemory;
  }
}

/// Of others who use libheif in this process we are the last choice. A name in the options of a
/// decoding would do for us, but libheif 1.15 does not pass it on to the tiles of a grid.
constexpr int kFirstChoice = 1000;
constexpr int kLastChoice = 1;

heif_decoder_plugin make_plugin() {
  heif_decoder_plugin plugin{};
  plugin.plugin_api_version = 3;
  plugin.get_plugin_name = [] { return "libde265 for ectype"; };
  plugin.init_plugin = [] { de265_init(); };
  plugin.deinit_plugin = [] { de265_free(); };
  plugin.does_support_format = [](heif_compression_format format) {
    if (format != heif_compression_HEVC) return 0;
    return session != nullptr ? kFirstChoice : kLastChoice;
  };
  plugin.new_decoder = new_decoder;
  plugin.free_decoder = free_decoder;
  plugin.push_data = push_data;
  plugin.decode_image = decode_image;
  plugin.set_strict_decoding = [](void*, int) {};
  plugin.id_name = "ectype-libde265";
  return plugin;
}

}  // namespace

void register_hevc_decoder() {
  static const heif_decoder_plugin plugin = make_plugin();
  const heif_error result = heif_register_decoder_plugin(&plugin);
  if (result.code != heif_error_Ok)
    throw Error(ErrorCode::internal, std::string("libheif refuses a decoder: ") + result.message);
}

std::string hevc_version() { return std::string("libde265 ") + de265_get_version(); }

HevcSession::HevcSession(std::uint64_t max_pixels) : max_pixels_(max_pixels) { session = this; }

HevcSession::~HevcSession() { session = nullptr; }

bool HevcSession::admit(const CodedSize& size) {
  // Coded pictures are of whole blocks, which the picture itself need not be.
  constexpr std::uint64_t largest_block = 64;
  const auto least = [](std::uint64_t side) { return side - std::min(side, largest_block - 1); };
  if (least(size.width) * least(size.height) <= max_pixels_) return true;
  refused_size_ = std::to_string(size.width) + " x " + std::to_string(size.height);
  return false;
}

void HevcSession::complain(const std::string& what) {
  if (damage_.empty()) damage_ = what;
}

}  // namespace ectype::image
