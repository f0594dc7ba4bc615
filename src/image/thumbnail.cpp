#include "image/decoder.hpp"
#include "image/embedded_thumbnail.hpp"
#include "image/heif_file.hpp"
#include "image/jpeg2000_header.hpp"
#include "image/jpeg_segments.hpp"
#include "image/png_chunks.hpp"
#include "image/sniff.hpp"
#include "image/webp_chunks.hpp"

#include "ectype/error.hpp"
#include "ectype/image.hpp"

#include <utility>

namespace ectype {
namespace {

using image::ByteSource;
using image::EmbeddedThumbnail;
using Bytes = std::vector<std::uint8_t>;

/// The EXIF blocks of a file, of which the first mostly is the only one.
std::vector<Bytes> exif_blocks(const image::Source& source, const Limits& limits, Format format) {
  switch (format) {
    case Format::png:
      return {image::scan_png_chunks(*source).exif.value_or(Bytes())};
    case Format::webp:
      return {image::read_webp_exif(*source)};
    case Format::heif:
    case Format::avif:
      return {image::HeifFile(source, limits, format).exif()};
    case Format::jpeg2000: {
      std::string problem;
      auto header = image::read_jpeg2000_header(*source, problem);
      return {header ? std::move(header->exif) : Bytes()};
    }
    default:
      return {};
  }
}

std::vector<EmbeddedThumbnail> embedded_thumbnails(const image::Source& source,
                                                   const Limits& limits, Format format) {
  std::vector<EmbeddedThumbnail> found;
  const auto take = [&found](std::optional<EmbeddedThumbnail> thumbnail) {
    if (thumbnail) found.push_back(*std::move(thumbnail));
  };
  const auto take_exif = [&take](std::span<const Bytes> blocks) {
    for (const Bytes& block : blocks)
      take(image::exif_thumbnail(*image::open_memory(block), image::ExifIn::block));
  };
  if (format == Format::jpeg) {
    const image::JpegMetadata metadata = image::read_jpeg_metadata(*source);
    take_exif(metadata.exif);
    take(image::photoshop_thumbnail(metadata.photoshop));
  } else if (format == Format::tiff) {
    take(image::exif_thumbnail(*source, image::ExifIn::tiff_file));
    take(image::photoshop_thumbnail(image::photoshop_resources_of_tiff(*source)));
  } else {
    take_exif(exif_blocks(source, limits, format));
  }
  return found;
}

bool has_thumbnail_item(const image::Source& source, const Limits& limits, Format format) {
  const bool heif = format == Format::heif || format == Format::avif;
  return heif && image::HeifFile(source, limits, format).thumbnail_item();
}

/// A source of its own, if it is a JPEG by its content.
image::Source open_thumbnail(const ByteSource& file, EmbeddedThumbnail thumbnail) {
  const std::string name = file.name() + ": " + thumbnail.where;
  if (!thumbnail.problem.empty()) throw Error(ErrorCode::damaged, name + ": " + thumbnail.problem);
  const image::Sniffed content = image::sniff(thumbnail.bytes);
  if (content.format != Format::jpeg)
    throw Error(ErrorCode::unsupported, name + ": not a JPEG but " + content.description);
  return image::own_memory(name, std::move(thumbnail.bytes));
}

}  // namespace

std::optional<Image> Image::thumbnail(std::string* why) const {
  std::string problem;
  const auto attempt = [&problem](const auto& open) -> std::optional<Image> {
    try {
      return open();
    } catch (const Error& error) {
      if (problem.empty()) problem = error.what();
      return std::nullopt;
    }
  };
  const auto open_first = [&]() -> std::optional<Image> {
    if (has_thumbnail_item(source_, limits_, info_.format))
      if (auto item = attempt([&] { return Image(source_, limits_, Part::thumbnail_item); }))
        return item;
    for (EmbeddedThumbnail& embedded : embedded_thumbnails(source_, limits_, info_.format)) {
      const int own = embedded.orientation;
      auto opened = attempt([&] {
        return Image(open_thumbnail(*source_, std::move(embedded)), limits_, Part::embedded_file);
      });
      if (!opened) continue;
      // Cameras store it as they store the picture, without a word on how it is to be turned.
      if (own != 0)
        opened->info_.orientation = own;
      else if (opened->info_.orientation == 1)
        opened->info_.orientation = info_.orientation;
      return opened;
    }
    return std::nullopt;
  };
  std::optional<Image> found;
  if (source_ && part_ == Part::picture) found = attempt(open_first);
  if (why != nullptr) *why = std::move(problem);
  return found;
}

}  // namespace ectype
