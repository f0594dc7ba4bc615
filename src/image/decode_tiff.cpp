#include "image/decoder.hpp"
#include "image/luma_buffer.hpp"
#include "image/tiff_file.hpp"
#include "image/tiff_pixels.hpp"
#include "image/tiff_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace ectype::image {
namespace {

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;
constexpr std::uint16_t kPhotometricLinearRaw = 34892;

std::string compression_name(std::uint16_t scheme) {
  switch (scheme) {
    case COMPRESSION_OJPEG:
      return "old-style JPEG";
    case COMPRESSION_JPEG:
      return "JPEG";
    case COMPRESSION_JBIG:
      return "JBIG";
    case COMPRESSION_JP2000:
    case 33003:
    case 33005:
      return "JPEG 2000";
    case COMPRESSION_LERC:
      return "LERC";
    case COMPRESSION_LZMA:
      return "LZMA";
    case COMPRESSION_ZSTD:
      return "Zstandard";
    case COMPRESSION_WEBP:
      return "WebP";
    case 34892:
      return "lossy JPEG (DNG)";
    case 50002:
    case 52546:
      return "JPEG XL";
    default:
      break;
  }
  const TIFFCodec* codec = TIFFFindCODEC(scheme);
  return codec != nullptr ? codec->name : "number " + std::to_string(scheme);
}

class TiffDecoder : public Decoder {
 public:
  TiffDecoder(Source source, const Limits& limits)
      : Decoder(std::move(source), limits),
        file_(source_, 512 * kMegabyte + std::min(source_->size(), limits.max_input_bytes)) {
    if (file_.read_failed()) throw error(ErrorCode::unreadable, "reading failed");
    if (file_.handle() == nullptr)
      throw error(ErrorCode::damaged, "broken TIFF header: " + file_.complaint());
    read_header();
  }

  bool next(LumaRow& row) override {
    TiffRow decoded;
    rows_->set_ground(ground());
    if (!rows_->next(decoded)) {
      if (file_.read_failed()) set_damage("reading the file failed");
      if (!rows_->damage().empty()) set_damage(rows_->damage());
      return false;
    }
    row = luma_.convert(decoded.y, decoded.pixels, rows_->channels(), ground());
    return true;
  }

 private:
  template <typename T>
  T field(std::uint32_t tag, T fallback) const {
    T value{};
    return TIFFGetField(file_.handle(), tag, &value) == 1 ? value : fallback;
  }
  template <typename T>
  T field_or_default(std::uint32_t tag, T fallback) const {
    T value{};
    return TIFFGetFieldDefaulted(file_.handle(), tag, &value) == 1 ? value : fallback;
  }

  void read_header() {
    refuse_camera_raw();
    const auto samples = field_or_default<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
    const auto bits = field_or_default<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
    set_size(field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0),
             field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0), (std::uint64_t{samples} * bits + 7) / 8);
    info_.format = Format::tiff;
    info_.decoder = tiff_version();
    info_.bits_per_channel = bits;
    info_.orientation = field<std::uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    std::uint32_t icc_size = 0;
    void* icc = nullptr;
    info_.has_icc_profile =
        TIFFGetField(file_.handle(), TIFFTAG_ICCPROFILE, &icc_size, &icc) == 1 && icc_size > 0;
    if ((field<std::uint32_t>(TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0)
      info_.warnings.emplace_back("the first page is a reduced preview of another one");

    const auto compression = field_or_default<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    // JBIG data has a size of its own, which libtiff does not compare with the picture's.
    if (TIFFIsCODECConfigured(compression) == 0 || compression == COMPRESSION_JBIG)
      throw error(ErrorCode::unsupported,
                  "TIFF compressed by " + compression_name(compression) +
                      ", which this build cannot decode; convert the file, for "
                      "example with tiffcp -c lzw");
    open_rows(compression, samples, bits);
    info_.warnings.insert(info_.warnings.end(), file_.remarks().begin(), file_.remarks().end());
    info_.frames = count_tiff_pages(*source_);
    file_.start_decoding();
  }

  void refuse_camera_raw() const {
    const auto photometric = field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    const void* version = nullptr;
    if (photometric == PHOTOMETRIC_CFA || photometric == kPhotometricLinearRaw ||
        TIFFGetField(file_.handle(), TIFFTAG_DNGVERSION, &version) == 1)
      throw error(ErrorCode::unsupported,
                  "camera raw picture (DNG); develop it to TIFF or JPEG first");
  }

  void open_rows(std::uint16_t compression, std::uint16_t samples, std::uint16_t bits) {
    TiffPixels pixels;
    pixels.samples = samples;
    pixels.bits = bits;
    pixels.separate =
        samples > 1 && field_or_default<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
                           PLANARCONFIG_SEPARATE;
    const bool by_rgba = !choose_color(pixels, compression);
    if (by_rgba) {
      rows_ = rgba_tiff_rows(file_);
      if (!rows_) throw error(ErrorCode::unsupported, "TIFF of a kind that libtiff does not show");
      return;
    }
    choose_number(pixels);
    if (samples < pixels.colors())
      throw error(ErrorCode::damaged, "TIFF of " + std::to_string(samples) +
                                          " samples a pixel, too few for its colours");
    choose_alpha(pixels);
    if (pixels.color == TiffPixels::Color::palette) read_palette(pixels);
    info_.has_alpha = pixels.alpha >= 0;
    rows_ = direct_tiff_rows(file_, std::move(pixels));
    if (!rows_)
      throw error(ErrorCode::over_limit,
                  "its strips or tiles are larger than this version decodes; rewrite it with "
                  "smaller ones, for example with tiffcp -r 16");
  }

  /// False for colours that are left to libtiff's own conversion.
  bool choose_color(TiffPixels& pixels, std::uint16_t compression) {
    const bool fax = compression >= COMPRESSION_CCITTRLE && compression <= COMPRESSION_CCITTFAX4;
    const int guess = pixels.samples >= 3 ? PHOTOMETRIC_RGB
                      : fax               ? PHOTOMETRIC_MINISWHITE
                                          : PHOTOMETRIC_MINISBLACK;
    const int photometric =
        field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, static_cast<std::uint16_t>(guess));
    switch (photometric) {
      case PHOTOMETRIC_MINISWHITE:
        pixels.inverted = true;
        [[fallthrough]];
      case PHOTOMETRIC_MINISBLACK:
      case PHOTOMETRIC_MASK:
        info_.color = "gray";
        return true;
      case PHOTOMETRIC_PALETTE:
        info_.color = "palette";
        pixels.color = TiffPixels::Color::palette;
        return true;
      case PHOTOMETRIC_RGB:
        info_.color = "rgb";
        pixels.color = TiffPixels::Color::rgb;
        return true;
      case PHOTOMETRIC_SEPARATED:
        choose_inks(pixels);
        return true;
      case PHOTOMETRIC_YCBCR:
        info_.color = "ycbcr";
        if (compression != COMPRESSION_JPEG || pixels.separate || pixels.samples != 3) return false;
        pixels.color = TiffPixels::Color::rgb;
        TIFFSetField(file_.handle(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        return true;
      case PHOTOMETRIC_CIELAB:
      case PHOTOMETRIC_ICCLAB:
      case PHOTOMETRIC_ITULAB:
        info_.color = "lab";
        return false;
      case PHOTOMETRIC_LOGL:
        info_.color = "gray";
        return false;
      case PHOTOMETRIC_LOGLUV:
        info_.color = "logluv";
        return false;
      default:
        throw error(ErrorCode::unsupported,
                    "TIFF of the unknown colour kind " + std::to_string(photometric));
    }
  }

  void choose_inks(TiffPixels& pixels) {
    info_.color = "cmyk";
    pixels.color = TiffPixels::Color::cmyk;
    const auto set = field_or_default<std::uint16_t>(TIFFTAG_INKSET, INKSET_CMYK);
    const auto inks = field<std::uint16_t>(TIFFTAG_NUMBEROFINKS, 4);
    if (set != INKSET_CMYK && inks != 4)
      throw error(ErrorCode::unsupported,
                  "TIFF of " + std::to_string(inks) + " inks that are not CMYK");
  }

  void choose_number(TiffPixels& pixels) {
    const auto format = field_or_default<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    if (format == SAMPLEFORMAT_IEEEFP) pixels.number = TiffPixels::Number::floating;
    if (format == SAMPLEFORMAT_INT) pixels.number = TiffPixels::Number::signed_integer;
    const bool palette = pixels.color == TiffPixels::Color::palette;
    if (palette) pixels.number = TiffPixels::Number::unsigned_integer;
    if (!TiffPixels::is_supported(pixels.number, pixels.bits) || (palette && pixels.bits > 16) ||
        (pixels.number == TiffPixels::Number::signed_integer && pixels.bits < 2) ||
        format == SAMPLEFORMAT_COMPLEXINT || format == SAMPLEFORMAT_COMPLEXIEEEFP)
      throw error(ErrorCode::unsupported, "TIFF of samples of " + std::to_string(pixels.bits) +
                                              " bits (format " + std::to_string(format) + ")");
  }

  void choose_alpha(TiffPixels& pixels) {
    std::uint16_t count = 0;
    const std::uint16_t* kinds = nullptr;
    if (TIFFGetFieldDefaulted(file_.handle(), TIFFTAG_EXTRASAMPLES, &count, &kinds) != 1) return;
    for (std::uint16_t i = 0; i < count && kinds != nullptr; ++i) {
      const std::uint32_t sample = pixels.colors() + i;
      const bool is_alpha =
          kinds[i] == EXTRASAMPLE_ASSOCALPHA || kinds[i] == EXTRASAMPLE_UNASSALPHA;
      if (!is_alpha || sample >= pixels.samples) continue;
      pixels.alpha = static_cast<int>(sample);
      pixels.premultiplied = kinds[i] == EXTRASAMPLE_ASSOCALPHA;
      return;
    }
    if (pixels.samples > pixels.colors())
      info_.warnings.emplace_back("channels of unknown meaning are ignored");
  }

  void read_palette(TiffPixels& pixels) {
    std::array<const std::uint16_t*, 3> maps{};
    if (TIFFGetField(file_.handle(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) != 1)
      throw error(ErrorCode::damaged, "palette TIFF without its palette");
    const std::size_t entries = std::size_t{1} << pixels.bits;
    pixels.palette = tiff_palette({maps[0], entries}, {maps[1], entries}, {maps[2], entries});
  }

  TiffFile file_;
  std::unique_ptr<TiffRows> rows_;  // uses file_
  LumaBuffer luma_;
};

}  // namespace

std::unique_ptr<Decoder> open_tiff(Source source, const Limits& limits) {
  return std::make_unique<TiffDecoder>(std::move(source), limits);
}

std::string tiff_version() {
  // "LIBTIFF, Version 4.5.0" and lines of copyright.
  const std::string text = TIFFGetVersion();
  const std::size_t start = text.find_first_of("0123456789");
  return "libtiff " + text.substr(std::min(start, text.size()), text.find('\n') - start);
}

}  // namespace ectype::image
