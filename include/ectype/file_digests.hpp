#pragma once

#include "ectype/export.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ectype {

/// From the weakest to the strongest: MD5 and SHA-1 can be made to collide on purpose.
enum class DigestKind { md5, sha1, sha256 };

/// "md5", "sha1", "sha256".
ECTYPE_API std::string_view to_string(DigestKind kind) noexcept;

/// Cryptographic digests of a file's bytes, as far as they are known.
struct FileDigests {
  std::optional<std::array<std::uint8_t, 16>> md5;
  std::optional<std::array<std::uint8_t, 20>> sha1;
  std::optional<std::array<std::uint8_t, 32>> sha256;

  [[nodiscard]] bool empty() const noexcept { return !md5 && !sha1 && !sha256; }
  friend bool operator==(const FileDigests&, const FileDigests&) = default;
};

/// The strongest digest that both have, if all digests that both have are equal; nothing where one
/// differs (a collision of the weaker ones) or there is none in common.
[[nodiscard]] ECTYPE_API std::optional<DigestKind> same_bytes(const FileDigests& a,
                                                              const FileDigests& b) noexcept;

}  // namespace ectype
