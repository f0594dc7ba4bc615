#pragma once

#include "ectype/export.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ectype {

/// Lower-case hexadecimal, two digits a byte, first byte first.
ECTYPE_API std::string to_hex(std::span<const std::uint8_t> bytes);

/// Strict: exactly `2 * out.size()` hexadecimal digits of either case and nothing else (no sign, no
/// "0x", no blank). Returns false, and leaves `out` unspecified, otherwise.
ECTYPE_API bool from_hex(std::string_view text, std::span<std::uint8_t> out) noexcept;

/// Why `from_hex` refuses a text that needs `digits` digits: by its length or the place of the
/// first character that is none. Texts of more than 8 characters are not quoted: hashes leak
/// content.
ECTYPE_API std::string describe_bad_hex(std::string_view text, std::size_t digits);

/// A text of somebody's in quotes, for a message: at most its first 8 characters and how many it
/// has, since it may be a hash.
ECTYPE_API std::string quote_start(std::string_view text);

/// RFC 4648 base64 with padding.
ECTYPE_API std::string to_base64(std::span<const std::uint8_t> bytes);

/// Strict RFC 4648 base64: padded, no blanks, no stray bits. Empty optional otherwise.
ECTYPE_API std::optional<std::string> from_base64(std::string_view text);

/// A text of another program's: UTF-16 (with BOM, or seen by its zero bytes) and UTF-8 with BOM to
/// UTF-8 without; anything else as it is.
ECTYPE_API std::string to_utf8(std::string_view bytes);

/// Throws `Error` (invalid_argument) where a path holds a zero byte: the system would silently open
/// the file whose name ends there.
ECTYPE_API void require_no_zero_byte(std::string_view path);

/// True where `text` is well-formed UTF-8 (no surrogates, no overlong forms).
ECTYPE_API bool is_utf8(std::string_view text) noexcept;

}  // namespace ectype
