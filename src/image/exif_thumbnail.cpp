#include "image/embedded_thumbnail.hpp"
#include "image/exif.hpp"
#include "image/tiff_directory.hpp"

namespace ectype::image {
namespace {

constexpr std::uint16_t kSubfileTag = 0x00FE;
constexpr std::uint32_t kReduced = 1;  // a bit of it
constexpr std::uint16_t kCompressionTag = 0x0103;
constexpr std::uint16_t kStripsTag = 0x0111;
constexpr std::uint16_t kJpegTag = 0x0201;
constexpr std::uint16_t kJpegLengthTag = 0x0202;

EmbeddedThumbnail without_bytes(EmbeddedThumbnail thumbnail, std::string problem) {
  thumbnail.problem = std::move(problem);
  return thumbnail;
}

/// Whether the directory is about a picture at all.
bool has_picture(const TiffDirectory& directory) {
  return directory.find(kJpegTag) || directory.find(kJpegLengthTag) ||
         directory.find(kCompressionTag) || directory.find(kStripsTag);
}

}  // namespace

std::optional<EmbeddedThumbnail> exif_thumbnail(const ByteSource& source, ExifIn in) {
  const auto directories = TiffDirectories::open(source);
  if (!directories) return std::nullopt;
  const auto picture = directories->read(directories->first());
  if (!picture || picture->next == 0) return std::nullopt;

  // One link is followed and no more, so links in a circle do no harm.
  EmbeddedThumbnail thumbnail{"EXIF thumbnail", {}, 0, {}};
  if (picture->next == directories->first())
    return without_bytes(thumbnail, "its directory is the one of the picture");
  const auto directory = directories->read(picture->next);
  if (!directory)
    return in == ExifIn::block
               ? std::optional(without_bytes(thumbnail, "its directory is not in the file"))
               : std::nullopt;
  if (in == ExifIn::tiff_file && (directory->number(kSubfileTag).value_or(0) & kReduced) == 0)
    return std::nullopt;

  thumbnail.orientation = exif_orientation(*directory).value_or(0);
  const auto offset = directory->number(kJpegTag);
  const auto length = directory->number(kJpegLengthTag);
  if (!offset || !length) {
    if (!directory->cut && (!has_picture(*directory) || in == ExifIn::tiff_file))
      return std::nullopt;
    return without_bytes(thumbnail, directory->find(kStripsTag)
                                        ? "it is not a JPEG but in strips, which are not read"
                                        : "its directory does not tell where it is");
  }
  const std::uint64_t there = std::min<std::uint64_t>(*length, directories->left(*offset));
  if (there == 0) return without_bytes(thumbnail, "none of its bytes is in the file");
  if (there > kMaxThumbnailBytes)
    return without_bytes(thumbnail, "its " + std::to_string(there) +
                                        " bytes are more than the most of " +
                                        std::to_string(kMaxThumbnailBytes));
  thumbnail.bytes = directories->bytes(*offset, *length);
  return thumbnail;
}

}  // namespace ectype::image
