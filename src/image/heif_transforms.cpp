#include "image/heif_transforms.hpp"

#include "image/heif_boxes.hpp"

#include <algorithm>
#include <array>

namespace ectype::image {
namespace {

std::optional<std::uint32_t> primary_item(const ByteSource& source, const IsoBox& meta) {
  const auto box = children_of_meta(source, meta).find("pitm");
  std::array<std::uint8_t, 8> data{};
  if (!box || !box->read(source, 0, std::span(data).first(4))) return std::nullopt;
  const std::size_t bytes = data[0] == 0 ? 2 : 4;
  if (!box->read(source, 4, std::span(data).subspan(4, bytes))) return std::nullopt;
  return static_cast<std::uint32_t>(big_endian(std::span(data).subspan(4), bytes));
}

enum class Found { no, yes, malformed };

/// Looks for `item` in an ipma box; `indices` are its properties in the order of the file.
Found associations(std::span<const std::uint8_t> box, std::uint32_t item,
                   std::vector<std::uint32_t>& indices) {
  Numbers numbers(box);
  const bool wide_items = numbers.take(1) > 0;
  const bool wide_indices = (numbers.take(3) & 1) != 0;
  const std::uint64_t entries = numbers.take(4);
  if (numbers.failed()) return Found::malformed;
  for (std::uint64_t i = 0; i < entries && !numbers.at_end(); ++i) {
    const bool wanted = numbers.take(wide_items ? 4 : 2) == item;
    const std::uint64_t count = numbers.take(1);
    for (std::uint64_t k = 0; k < count; ++k) {
      // The top bit says whether a reader must know the property: these it knows.
      const std::uint64_t index = wide_indices ? numbers.take(2) & 0x7FFF : numbers.take(1) & 0x7F;
      if (wanted && index != 0) indices.push_back(static_cast<std::uint32_t>(index));
    }
    if (numbers.failed()) return Found::malformed;
    if (wanted) return Found::yes;
  }
  return Found::no;
}

/// The properties of `item` by their place in ipco, from 1; none where no ipma box names it.
std::optional<std::vector<std::uint32_t>> properties_of(const ByteSource& source,
                                                        const IsoBox& properties,
                                                        std::uint32_t item) {
  std::vector<std::uint32_t> indices;
  IsoBoxes boxes(source, properties);
  while (const auto box = boxes.find("ipma")) {
    const auto data = read_table(source, *box);
    if (!data) return std::nullopt;
    const Found found = associations(*data, item, indices);
    if (found == Found::malformed) return std::nullopt;
    if (found == Found::yes) break;
  }
  return indices;
}

}  // namespace

std::optional<std::vector<HeifTransform>> heif_transforms(const ByteSource& source,
                                                          std::optional<std::uint32_t> item) {
  using Kind = HeifTransform::Kind;
  const auto meta = only_meta(source);
  if (!meta) return std::nullopt;
  if (!item) item = primary_item(source, *meta);
  if (!item) return std::nullopt;
  std::vector<HeifTransform> transforms;
  const auto properties = children_of_meta(source, *meta).find("iprp");
  if (!properties) return transforms;
  const auto indices = properties_of(source, *properties, *item);
  if (!indices) return std::nullopt;
  if (indices->empty()) return transforms;

  const auto container = IsoBoxes(source, *properties).find("ipco");
  if (!container) return std::nullopt;
  std::vector<IsoBox> boxes;
  const std::uint32_t last = *std::max_element(indices->begin(), indices->end());
  for (IsoBoxes list(source, *container); boxes.size() < last;) {
    const auto box = list.next();
    if (!box) return std::nullopt;
    boxes.push_back(*box);
  }
  for (const std::uint32_t index : *indices) {
    const IsoBox& box = boxes[index - 1];
    if (box.is("clap")) transforms.push_back({Kind::crop, 0});
    const bool rotates = box.is("irot");
    if (!rotates && !box.is("imir")) continue;
    std::array<std::uint8_t, 1> data{};
    if (!box.read(source, 0, data)) return std::nullopt;
    transforms.push_back(rotates
                             ? HeifTransform{Kind::rotate, static_cast<std::uint8_t>(data[0] & 3)}
                             : HeifTransform{Kind::mirror, static_cast<std::uint8_t>(data[0] & 1)});
  }
  return transforms;
}

std::optional<int> heif_orientation(std::span<const HeifTransform> transforms) {
  // What has been done so far: left and right swapped or not, then quarter turns anti-clockwise.
  bool mirrored = false;
  unsigned turns = 0;
  for (const HeifTransform& transform : transforms) {
    switch (transform.kind) {
      case HeifTransform::Kind::rotate:
        turns = (turns + transform.value) % 4;
        break;
      case HeifTransform::Kind::mirror:
        // A mirror after n turns is a mirror before 4 - n; top and bottom need half a turn more.
        mirrored = !mirrored;
        turns = (4 - turns + (transform.value == 0 ? 2 : 0)) % 4;
        break;
      case HeifTransform::Kind::crop:
        return std::nullopt;
    }
  }
  constexpr std::array<int, 4> kTurned{1, 8, 3, 6};
  constexpr std::array<int, 4> kMirrored{2, 5, 4, 7};
  return mirrored ? kMirrored[turns] : kTurned[turns];
}

}  // namespace ectype::image
