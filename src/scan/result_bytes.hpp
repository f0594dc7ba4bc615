#pragma once

#include "core/byte_stream.hpp"

#include "ectype/scan.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ectype::scan {

void put(ByteWriter& writer, const ImageInfo& info);
[[nodiscard]] ImageInfo read_info(ByteReader& reader);
void put(ByteWriter& writer, const Preview& preview);
[[nodiscard]] Preview read_preview(ByteReader& reader);

/// Enumerators are a byte, none is above `last`.
template <typename Enum>
Enum read_enum(ByteReader& reader, Enum last) {
  return static_cast<Enum>(reader.number(1, static_cast<std::uint64_t>(last)));
}
template <typename Enum>
void put_enum(ByteWriter& writer, Enum value) {
  writer.put(static_cast<std::uint64_t>(value), 1);
}

/// A result as its row tells it: all but the path and the signature, so no hash.
[[nodiscard]] std::vector<std::uint8_t> row_bytes(const FileResult& result);
/// What `row_bytes` gives and nothing else. Throws Error (damaged).
[[nodiscard]] FileResult read_row(std::span<const std::uint8_t> bytes);

}  // namespace ectype::scan
