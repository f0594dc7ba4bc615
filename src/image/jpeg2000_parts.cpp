#include "image/iso_boxes.hpp"
#include "image/jpeg2000_header.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace ectype::image {
namespace {

constexpr std::uint64_t kMarkerTilePart = 0xFF90;
constexpr std::uint64_t kMarkerData = 0xFF93;
constexpr std::uint64_t kMarkerCoding = 0xFF52;
constexpr std::uint64_t kMarkerComponentCoding = 0xFF53;
constexpr int kMaxMarkers = 10'000;  // of one header
constexpr int kMaxParts = 300'000;
constexpr std::size_t kMaxLevels = 32;

/// 2^bits-sized cells that cover `length`.
std::uint64_t cells(std::uint64_t length, std::uint32_t bits) {
  return (length + (std::uint64_t{1} << bits) - 1) >> bits;
}

/// What a COD or COC marker asks for, as if it were for the whole picture. `data`: from the number
/// of levels on.
std::uint64_t blocks_of(const Jpeg2000Header& header, std::span<const std::uint8_t> data,
                        bool has_precincts) {
  if (data.size() < 5) return 0;
  const std::size_t levels = std::min<std::size_t>(data[0], kMaxLevels);
  const std::uint32_t block_x = (data[1] & 15u) + 2;
  const std::uint32_t block_y = (data[2] & 15u) + 2;
  std::uint64_t count = header.tiles() * (3 * levels + 1);  // each tile has its own
  for (std::size_t level = 0; level <= levels; ++level) {
    const std::size_t at = 5 + level;
    const std::uint32_t precinct = has_precincts && at < data.size() ? data[at] : 0xFF;
    const std::uint32_t precinct_x = precinct & 15;
    const std::uint32_t precinct_y = precinct >> 4;
    const std::uint32_t inner = level == 0 ? 0 : 1;  // three bands of half the size
    const auto reduced = static_cast<std::uint32_t>(levels - level + inner);
    const std::uint64_t columns =
        cells(cells(header.width(), reduced),
              std::min(block_x, precinct_x - std::min(precinct_x, inner)));
    const std::uint64_t rows = cells(cells(header.height(), reduced),
                                     std::min(block_y, precinct_y - std::min(precinct_y, inner)));
    count += columns * rows * (level == 0 ? 1 : 3);
  }
  return count * header.components.size();
}

/// Walks the markers from `at` to the first that is `last`; where that is, or 0.
std::uint64_t walk_header(const ByteSource& source, Jpeg2000Header& header, std::uint64_t at,
                          std::uint64_t last) {
  for (int i = 0; i < kMaxMarkers; ++i) {
    std::array<std::uint8_t, 64> data{};
    const std::size_t count = at < header.end ? source.read_at(at, data) : 0;
    if (count < 4) return 0;
    const std::uint64_t marker = big_endian(data, 2);
    if (marker == last) return at;
    const std::uint64_t length = big_endian(std::span(data).subspan(2), 2);
    const auto body =
        std::span<const std::uint8_t>(data).first(std::min<std::uint64_t>(count, 2 + length));
    if (marker == kMarkerCoding && body.size() > 9)
      header.code_blocks =
          std::max(header.code_blocks, blocks_of(header, body.subspan(9), (body[4] & 1) != 0));
    const std::size_t wide = header.components.size() < 257 ? 0 : 1;
    if (marker == kMarkerComponentCoding && body.size() > 6 + wide)
      header.code_blocks = std::max(
          header.code_blocks, blocks_of(header, body.subspan(6 + wide), (body[5 + wide] & 1) != 0));
    at += 2 + length;
  }
  return 0;
}

/// Calls `visit(tile, begin)` for each tile-part that begins in the file.
template <typename Visit>
void visit_parts(const ByteSource& source, Jpeg2000Header& header, Visit visit) {
  std::uint64_t at = walk_header(source, header, header.codestream + 2, kMarkerTilePart);
  for (int i = 0; at != 0 && at < header.end; ++i) {
    std::array<std::uint8_t, 15> part{};
    if (source.read_at(at, part) < part.size() || big_endian(part, 2) != kMarkerTilePart) return;
    if (i == kMaxParts) {
      header.code_blocks = std::numeric_limits<std::uint64_t>::max();
      return;
    }
    visit(big_endian(std::span(part).subspan(4), 2), at);
    const std::uint64_t length = big_endian(std::span(part).subspan(6), 4);
    if (length < 14) return;  // 0: to the end
    at += length;
  }
}

}  // namespace

void count_code_blocks(const ByteSource& source, Jpeg2000Header& header) {
  visit_parts(source, header, [&](std::uint64_t, std::uint64_t begin) {
    walk_header(source, header, begin + 12, kMarkerData);
  });
}

std::vector<bool> whole_tile_rows(const ByteSource& source, const Jpeg2000Header& header) {
  std::vector<bool> seen(header.tiles());
  Jpeg2000Header scratch = header;
  visit_parts(source, scratch, [&](std::uint64_t tile, std::uint64_t) {
    if (tile < seen.size()) seen[tile] = true;
  });
  std::vector<bool> rows(header.tile_rows(), true);
  for (std::size_t tile = 0; tile < seen.size(); ++tile)
    if (!seen[tile]) rows[tile / header.tile_columns()] = false;
  return rows;
}

}  // namespace ectype::image
