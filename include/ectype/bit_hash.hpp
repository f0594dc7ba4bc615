#pragma once

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ectype {

/// A hash of `Bits` bits that is compared by Hamming distance. A regular value type; hashes of
/// different length do not compare (it does not compile).
///
/// Bit k is bit (k mod 64) of word (k div 64). The text form is fixed-width lower-case hexadecimal
/// with the highest bit first, as the PDQ reference prints it; `to_bytes` has the same order.
template <std::size_t Bits>
class BitHash {
  static_assert(Bits == 64 || Bits == 128 || Bits == 256, "lengths that the kernels know");

 public:
  static constexpr std::size_t bits = Bits;
  static constexpr std::size_t bytes = Bits / 8;
  static constexpr std::size_t words = Bits / 64;
  using Words = std::array<std::uint64_t, words>;
  using Bytes = std::array<std::uint8_t, bytes>;

  constexpr BitHash() = default;
  explicit constexpr BitHash(const Words& value) : words_(value) {}

  [[nodiscard]] constexpr const Words& as_words() const noexcept { return words_; }
  [[nodiscard]] constexpr bool test(std::size_t bit) const noexcept {
    return (words_[bit / 64] >> (bit % 64) & 1) != 0;
  }
  constexpr void set(std::size_t bit) noexcept { words_[bit / 64] |= std::uint64_t{1} << bit % 64; }
  [[nodiscard]] constexpr int popcount() const noexcept {
    int count = 0;
    for (const std::uint64_t word : words_) count += std::popcount(word);
    return count;
  }

  [[nodiscard]] static constexpr BitHash from_bytes(const Bytes& value) noexcept {
    BitHash hash;
    for (std::size_t i = 0; i < bytes; ++i)
      hash.words_[words - 1 - i / 8] |= std::uint64_t{value[i]} << (56 - 8 * (i % 8));
    return hash;
  }
  [[nodiscard]] constexpr Bytes to_bytes() const noexcept {
    Bytes value{};
    for (std::size_t i = 0; i < bytes; ++i)
      value[i] = static_cast<std::uint8_t>(words_[words - 1 - i / 8] >> (56 - 8 * (i % 8)));
    return value;
  }

  [[nodiscard]] std::string to_hex() const { return ectype::to_hex(to_bytes()); }

  /// Exactly Bits/4 hexadecimal digits, nothing else; empty optional otherwise.
  [[nodiscard]] static std::optional<BitHash> try_parse(std::string_view text) noexcept {
    Bytes value{};
    if (!from_hex(text, value)) return std::nullopt;
    return from_bytes(value);
  }
  /// As `try_parse`, but throws `Error` (invalid_argument).
  [[nodiscard]] static BitHash parse(std::string_view text) {
    if (const auto hash = try_parse(text)) return *hash;
    throw Error(ErrorCode::invalid_argument, "not a hash of " + std::to_string(Bits) +
                                                 " bits: " + describe_bad_hex(text, Bits / 4));
  }

  friend constexpr bool operator==(const BitHash&, const BitHash&) = default;
  friend constexpr auto operator<=>(const BitHash&, const BitHash&) = default;

 private:
  Words words_{};
};

using Hash64 = BitHash<64>;
using Hash128 = BitHash<128>;
using Hash256 = BitHash<256>;

/// The number of bits that differ, 0 to Bits.
template <std::size_t Bits>
[[nodiscard]] constexpr int hamming_distance(const BitHash<Bits>& a,
                                             const BitHash<Bits>& b) noexcept {
  int distance = 0;
  for (std::size_t i = 0; i < BitHash<Bits>::words; ++i)
    distance += std::popcount(a.as_words()[i] ^ b.as_words()[i]);
  return distance;
}

}  // namespace ectype

template <std::size_t Bits>
struct std::hash<ectype::BitHash<Bits>> {
  std::size_t operator()(const ectype::BitHash<Bits>& value) const noexcept {
    std::uint64_t mixed = 0;
    for (const std::uint64_t word : value.as_words()) {
      mixed = (mixed ^ word) * 0x9E3779B97F4A7C15u;
      mixed ^= mixed >> 32;
    }
    return static_cast<std::size_t>(mixed);
  }
};
