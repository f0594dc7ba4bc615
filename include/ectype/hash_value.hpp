#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/byte_hash.hpp"
#include "ectype/error.hpp"
#include "ectype/export.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ectype {

/// How two hashes are compared.
enum class Metric {
  hamming,     ///< the number of bits that differ
  squared_l2,  ///< the sum of squared differences of bytes
};

/// What a hash consists of. Only hashes of one kind compare.
struct ECTYPE_API HashKind {
  Metric metric = Metric::hamming;
  std::uint32_t bytes = 0;  ///< 8, 16 or 32 with `hamming`; 1 to 1024 with `squared_l2`

  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return 8 * bytes; }
  /// The largest distance that two hashes of this kind can have.
  [[nodiscard]] constexpr std::uint32_t max_distance() const noexcept {
    return metric == Metric::hamming ? bits() : bytes * 255u * 255u;
  }
  /// "256 bits", "256 bytes".
  [[nodiscard]] std::string to_string() const;
  friend constexpr bool operator==(const HashKind&, const HashKind&) = default;
};

[[nodiscard]] constexpr HashKind bit_kind(std::uint32_t bits) noexcept {
  return {Metric::hamming, bits / 8};
}
[[nodiscard]] constexpr HashKind byte_kind(std::uint32_t bytes) noexcept {
  return {Metric::squared_l2, bytes};
}

/// A hash of any kind, where the algorithm is known at run time only: 64, 128 or 256 bits, or up to
/// 1024 bytes. A regular value type. Text and bytes are those of `BitHash` and `ByteHash`.
class ECTYPE_API HashValue {
 public:
  HashValue() = default;  ///< 64 zero bits
  template <std::size_t Bits>
  HashValue(const BitHash<Bits>& hash) : value_(hash) {}
  template <std::size_t Bytes>
  HashValue(const ByteHash<Bytes>& hash)
      : value_(std::vector<std::uint8_t>(hash.values().begin(), hash.values().end())) {}
  /// Throws `Error` (invalid_argument) unless there are `kind.bytes` bytes of a possible kind.
  [[nodiscard]] static HashValue from_bytes(HashKind kind, std::span<const std::uint8_t> bytes);

  [[nodiscard]] HashKind kind() const noexcept;
  [[nodiscard]] std::vector<std::uint8_t> to_bytes() const;
  [[nodiscard]] std::string to_hex() const { return ectype::to_hex(to_bytes()); }
  /// Exactly two hexadecimal digits a byte of the kind. Throws `Error` (invalid_argument).
  [[nodiscard]] static HashValue parse(HashKind kind, std::string_view text);

  /// The `BitHash` that it is, or null where it is of another kind.
  template <typename Hash>
  [[nodiscard]] const Hash* get_if() const noexcept {
    return std::get_if<Hash>(&value_);
  }
  /// As `get_if`, but throws `Error` (mismatch).
  template <typename Hash>
  [[nodiscard]] const Hash& as() const {
    if (const Hash* hash = get_if<Hash>()) return *hash;
    throw_other_kind(bit_kind(Hash::bits));
  }

  friend bool operator==(const HashValue&, const HashValue&) = default;
  friend auto operator<=>(const HashValue&, const HashValue&) = default;

 private:
  [[noreturn]] void throw_other_kind(HashKind wanted) const;

  std::variant<Hash64, Hash128, Hash256, std::vector<std::uint8_t>> value_;
};

/// By the metric of their kind. Throws `Error` (mismatch) for hashes of two kinds.
[[nodiscard]] ECTYPE_API std::uint32_t distance(const HashValue& a, const HashValue& b);

}  // namespace ectype
