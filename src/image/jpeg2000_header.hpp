#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ectype::image {

/// What the boxes of a JP2 and the SIZ marker of its codestream say. Read before openjp2 is, which
/// allocates by the numbers of tiles and components.
struct Jpeg2000Header {
  enum class Color { unknown, gray, rgb, ycc, cmyk, other };
  struct Component {
    std::uint32_t bits = 8;
    std::uint32_t step_x = 1;  ///< subsampling
    std::uint32_t step_y = 1;
  };

  bool boxed = false;                            ///< JP2, not a bare codestream
  std::uint64_t codestream = 0;                  ///< where it begins ...
  std::uint64_t end = 0;                         ///< ... and ends
  std::uint32_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< picture on the reference grid
  std::uint32_t tile_x0 = 0, tile_y0 = 0, tile_width = 0, tile_height = 0;
  std::vector<Component> components;
  std::uint32_t channels = 0;  ///< components, or columns of the palette
  /// Code-blocks that openjp2 would set up, at least; capped where the codestream has more parts
  /// than are looked at.
  std::uint64_t code_blocks = 0;
  bool has_palette = false;
  bool has_icc_profile = false;
  Color color = Color::unknown;
  std::uint32_t color_number = 0;  ///< the enumerated colour space, for messages
  bool has_definitions = false;    ///< of what channels mean
  bool defines_alpha = false;
  std::vector<std::uint8_t> exif;

  [[nodiscard]] std::uint32_t step_x() const;  ///< of the finest component
  [[nodiscard]] std::uint32_t step_y() const;
  [[nodiscard]] std::uint64_t width() const;
  [[nodiscard]] std::uint64_t height() const;
  [[nodiscard]] std::uint64_t tile_columns() const;
  [[nodiscard]] std::uint64_t tile_rows() const;
  [[nodiscard]] std::uint64_t tiles() const { return tile_columns() * tile_rows(); }
};

/// On failure empty, with the reason in `problem`.
std::optional<Jpeg2000Header> read_jpeg2000_header(const ByteSource& source, std::string& problem);

/// Fills `code_blocks`. Reads the headers of all tile-parts.
void count_code_blocks(const ByteSource& source, Jpeg2000Header& header);

/// For each row of tiles, whether a part of every tile in it is there.
std::vector<bool> whole_tile_rows(const ByteSource& source, const Jpeg2000Header& header);

}  // namespace ectype::image
