#pragma once

#include "image/stream_reader.hpp"

#include <cstdint>
#include <span>

namespace ectype::image {

/// Run-length coded rows of a BMP, from the first stored one on. Pixels that the runs pass over
/// have index 0, as in a freshly made bitmap.
class BmpRleReader {
 public:
  BmpRleReader(StreamReader& stream, bool four_bits) : stream_(&stream), four_bits_(four_bits) {}

  /// Fills `line` with the next row's indexes; false where the file ends within the row. The work
  /// is bounded: each code takes two bytes of the file and a row is at most as wide as `line`.
  bool next_row(std::span<std::uint8_t> line);

  /// A run went beyond the end of its row.
  [[nodiscard]] bool overrun() const { return overrun_; }

 private:
  enum class Step { more, row_done, cut };

  Step read_code(std::span<std::uint8_t> line);
  Step read_escape(int code, std::span<std::uint8_t> line);
  Step read_delta();
  Step read_literal(int count, std::span<std::uint8_t> line);
  void put(std::uint8_t index, std::span<std::uint8_t> line);

  StreamReader* stream_;
  bool four_bits_;
  bool overrun_ = false;
  bool ended_ = false;           // the end of the bitmap was coded: the rest is index 0
  std::uint32_t skip_rows_ = 0;  // rows that a delta passes over, before the one it leads to
  std::uint64_t x_ = 0;
};

}  // namespace ectype::image
