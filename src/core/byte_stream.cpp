#include "core/byte_stream.hpp"

namespace ectype {

void ByteWriter::put(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

void ByteWriter::put_text(std::span<const std::uint8_t> bytes) {
  put(bytes.size(), 4);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace ectype
