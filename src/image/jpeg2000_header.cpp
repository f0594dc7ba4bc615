#include "image/jpeg2000_header.hpp"

#include "image/iso_boxes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ectype::image {
namespace {

constexpr std::uint32_t kMarkerCodestream = 0xFF4F;
constexpr std::uint32_t kMarkerSize = 0xFF51;
constexpr std::size_t kMaxExif = 1 << 16;
constexpr std::array<std::uint8_t, 16> kExifId{'J', 'p', 'g', 'T', 'i', 'f', 'f', 'E',
                                               'x', 'i', 'f', '-', '>', 'J', 'P', '2'};

constexpr std::uint64_t ceil_divide(std::uint64_t value, std::uint64_t divisor) {
  return (value + divisor - 1) / divisor;
}

void read_color(const ByteSource& source, const IsoBox& box, Jpeg2000Header& header) {
  std::array<std::uint8_t, 3> method{};
  if (!box.read(source, 0, method)) return;
  if (method[0] == 2 || method[0] == 3) header.has_icc_profile = true;
  std::array<std::uint8_t, 4> number{};
  if (method[0] != 1 || header.color_number != 0 || !box.read(source, 3, number)) return;
  header.color_number = static_cast<std::uint32_t>(big_endian(number, 4));
  using Color = Jpeg2000Header::Color;
  switch (header.color_number) {
    case 12:
      header.color = Color::cmyk;
      break;
    case 16:
      header.color = Color::rgb;
      break;
    case 17:
      header.color = Color::gray;
      break;
    case 18:
    case 24:
      header.color = Color::ycc;
      break;
    default:
      header.color = Color::other;
      break;
  }
}

void read_definitions(const ByteSource& source, const IsoBox& box, Jpeg2000Header& header) {
  header.has_definitions = true;
  for (std::uint64_t offset = 2; offset < 2 + 6 * 64; offset += 6) {
    std::array<std::uint8_t, 6> entry{};
    if (!box.read(source, offset, entry)) return;
    const std::uint64_t kind = big_endian(std::span(entry).subspan(2), 2);
    header.defines_alpha |= kind == 1 || kind == 2;
  }
}

void read_jp2_header(const ByteSource& source, const IsoBox& parent, Jpeg2000Header& header) {
  IsoBoxes boxes(source, parent);
  while (const auto box = boxes.next()) {
    if (box->is("colr")) read_color(source, *box, header);
    if (box->is("cdef")) read_definitions(source, *box, header);
    if (box->is("pclr")) header.has_palette = true;
    if (box->is("cmap"))
      header.channels =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(0xFFFF, (box->end - box->begin) / 4));
  }
}

void read_exif(const ByteSource& source, const IsoBox& box, Jpeg2000Header& header) {
  std::array<std::uint8_t, 16> id{};
  if (!header.exif.empty() || !box.read(source, 0, id) || id != kExifId) return;
  header.exif.resize(std::min<std::uint64_t>(kMaxExif, box.end - box.begin - id.size()));
  header.exif.resize(source.read_at(box.begin + id.size(), header.exif));
}

bool read_boxes(const ByteSource& source, Jpeg2000Header& header) {
  IsoBoxes boxes(source);
  bool found = false;
  while (const auto box = boxes.next()) {
    if (box->is("jp2h")) read_jp2_header(source, *box, header);
    if (box->is("uuid")) read_exif(source, *box, header);
    if (!box->is("jp2c") || found) continue;
    found = true;
    header.codestream = box->begin;
    header.end = box->end;
  }
  return found;
}

bool read_size(const ByteSource& source, Jpeg2000Header& header) {
  std::array<std::uint8_t, 42> data{};
  if (source.read_at(header.codestream, data) != data.size()) return false;
  const auto number = [&](std::size_t offset, std::size_t bytes) {
    return static_cast<std::uint32_t>(big_endian(std::span(data).subspan(offset), bytes));
  };
  if (number(0, 2) != kMarkerCodestream || number(2, 2) != kMarkerSize) return false;
  header.x1 = number(8, 4);
  header.y1 = number(12, 4);
  header.x0 = number(16, 4);
  header.y0 = number(20, 4);
  header.tile_width = number(24, 4);
  header.tile_height = number(28, 4);
  header.tile_x0 = number(32, 4);
  header.tile_y0 = number(36, 4);
  const std::uint32_t count = number(40, 2);
  std::vector<std::uint8_t> entries(std::size_t{3} * count);
  if (source.read_at(header.codestream + data.size(), entries) != entries.size()) return false;
  for (std::size_t i = 0; i < entries.size(); i += 3)
    header.components.push_back({(entries[i] & 0x7Fu) + 1, entries[i + 1], entries[i + 2]});
  const bool subsampling =
      std::all_of(header.components.begin(), header.components.end(),
                  [](const Jpeg2000Header::Component& c) { return c.step_x > 0 && c.step_y > 0; });
  return count > 0 && subsampling && header.x0 < header.x1 && header.y0 < header.y1 &&
         header.tile_width > 0 && header.tile_height > 0 && header.tile_x0 <= header.x0 &&
         header.tile_y0 <= header.y0;
}

}  // namespace

std::uint32_t Jpeg2000Header::step_x() const {
  std::uint32_t step = 255;
  for (const Component& component : components) step = std::min(step, component.step_x);
  return step;
}

std::uint32_t Jpeg2000Header::step_y() const {
  std::uint32_t step = 255;
  for (const Component& component : components) step = std::min(step, component.step_y);
  return step;
}

std::uint64_t Jpeg2000Header::width() const {
  return ceil_divide(x1, step_x()) - ceil_divide(x0, step_x());
}
std::uint64_t Jpeg2000Header::height() const {
  return ceil_divide(y1, step_y()) - ceil_divide(y0, step_y());
}
std::uint64_t Jpeg2000Header::tile_columns() const {
  return ceil_divide(std::uint64_t{x1} - tile_x0, tile_width);
}
std::uint64_t Jpeg2000Header::tile_rows() const {
  return ceil_divide(std::uint64_t{y1} - tile_y0, tile_height);
}

std::optional<Jpeg2000Header> read_jpeg2000_header(const ByteSource& source, std::string& problem) {
  Jpeg2000Header header;
  std::array<std::uint8_t, 2> magic{};
  source.read_at(0, magic);
  header.boxed = big_endian(magic, 2) != kMarkerCodestream;
  header.end = source.size();
  if (header.boxed && !read_boxes(source, header)) {
    problem = "JP2 without a codestream";
    return std::nullopt;
  }
  if (!read_size(source, header)) {
    problem = "broken JPEG 2000 header";
    return std::nullopt;
  }
  const auto count = static_cast<std::uint32_t>(header.components.size());
  header.channels = header.has_palette ? std::max(count, header.channels) : count;
  return header;
}

}  // namespace ectype::image
