#include "image/embedded_thumbnail.hpp"
#include "image/iso_boxes.hpp"
#include "image/tiff_directory.hpp"

#include <algorithm>
#include <cstring>

namespace ectype::image {
namespace {

constexpr std::uint64_t kThumbnailResource = 0x040C;
constexpr std::size_t kThumbnailHeader = 28;  // its size in numbers that the JPEG tells as well
constexpr std::uint16_t kResourcesTag = 34377;
constexpr std::uint32_t kMaxResourceBytes = 8 << 20;

constexpr std::size_t even(std::size_t size) { return size + size % 2; }

}  // namespace

std::optional<EmbeddedThumbnail> photoshop_thumbnail(std::span<const std::uint8_t> resources) {
  // A resource: signature, number (2 bytes), name with its length in front, size (4), content.
  while (resources.size() >= 12 && std::memcmp(resources.data(), "8BIM", 4) == 0) {
    const std::uint64_t id = big_endian(resources.subspan(4), 2);
    const std::size_t content = 6 + even(std::size_t{resources[6]} + 1) + 4;
    if (content > resources.size()) break;
    const std::uint64_t size = big_endian(resources.subspan(content - 4), 4);
    resources = resources.subspan(content);
    if (id != kThumbnailResource) {
      resources = resources.subspan(std::min(even(size), resources.size()));
      continue;
    }
    EmbeddedThumbnail thumbnail{"Photoshop thumbnail", {}, 0, {}};
    const auto bytes = resources.first(std::min<std::size_t>(size, resources.size()));
    if (bytes.size() <= kThumbnailHeader)
      thumbnail.problem = "none of its bytes is in the file";
    else if (bytes.size() - kThumbnailHeader > kMaxThumbnailBytes)
      thumbnail.problem = "its " + std::to_string(bytes.size() - kThumbnailHeader) +
                          " bytes are more than the most of " + std::to_string(kMaxThumbnailBytes);
    else
      thumbnail.bytes.assign(bytes.begin() + kThumbnailHeader, bytes.end());
    return thumbnail;
  }
  return std::nullopt;
}

std::vector<std::uint8_t> photoshop_resources_of_tiff(const ByteSource& source) {
  const auto directories = TiffDirectories::open(source);
  if (!directories) return {};
  const auto directory = directories->read(directories->first());
  const auto field = directory ? directory->find(kResourcesTag) : std::nullopt;
  if (!field || (field->type != TiffType::byte && field->type != TiffType::undefined)) return {};
  return directories->bytes(field->value, std::min(field->count, kMaxResourceBytes));
}

}  // namespace ectype::image
