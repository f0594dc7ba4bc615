#include "image/bmp_rle.hpp"

#include <algorithm>
#include <array>

namespace ectype::image {
namespace {

constexpr int kEndOfRow = 0;
constexpr int kEndOfBitmap = 1;
constexpr int kDelta = 2;

}  // namespace

bool BmpRleReader::next_row(std::span<std::uint8_t> line) {
  std::fill(line.begin(), line.end(), std::uint8_t{0});
  if (ended_) return true;
  if (skip_rows_ > 0) {
    --skip_rows_;
    return true;
  }
  Step step = Step::more;
  while (step == Step::more) step = read_code(line);
  return step == Step::row_done;
}

BmpRleReader::Step BmpRleReader::read_code(std::span<std::uint8_t> line) {
  const int count = stream_->get();
  const int value = stream_->get();
  if (count < 0 || value < 0) return Step::cut;
  if (count == 0) return read_escape(value, line);
  const auto high = static_cast<std::uint8_t>(four_bits_ ? value >> 4 : value);
  const auto low = static_cast<std::uint8_t>(four_bits_ ? value & 15 : value);
  for (int i = 0; i < count; ++i) put(i % 2 == 0 ? high : low, line);
  return Step::more;
}

BmpRleReader::Step BmpRleReader::read_escape(int code, std::span<std::uint8_t> line) {
  switch (code) {
    case kEndOfRow:
      x_ = 0;
      return Step::row_done;
    case kEndOfBitmap:
      ended_ = true;
      return Step::row_done;
    case kDelta:
      return read_delta();
    default:
      return read_literal(code, line);
  }
}

BmpRleReader::Step BmpRleReader::read_delta() {
  const int right = stream_->get();
  const int down = stream_->get();
  if (right < 0 || down < 0) return Step::cut;
  x_ += static_cast<std::uint64_t>(right);
  if (down == 0) return Step::more;
  skip_rows_ = static_cast<std::uint32_t>(down) - 1;
  return Step::row_done;
}

BmpRleReader::Step BmpRleReader::read_literal(int count, std::span<std::uint8_t> line) {
  std::array<std::uint8_t, 256> bytes{};
  const auto used = static_cast<std::size_t>(four_bits_ ? (count + 1) / 2 : count);
  const std::size_t padded = used + used % 2;
  const std::size_t read = stream_->read(std::span(bytes).first(padded));
  if (read < used) return Step::cut;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const std::uint8_t byte = bytes[four_bits_ ? i / 2 : i];
    put(four_bits_ ? static_cast<std::uint8_t>(i % 2 == 0 ? byte >> 4 : byte & 15) : byte, line);
  }
  return Step::more;
}

void BmpRleReader::put(std::uint8_t index, std::span<std::uint8_t> line) {
  if (x_ >= line.size()) {
    overrun_ = true;
    return;
  }
  line[static_cast<std::size_t>(x_++)] = index;
}

}  // namespace ectype::image
