#pragma once

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ectype {

/// A vector of `Bytes` unsigned bytes that is compared by squared L2 or by L1 distance: values of
/// licensed tools (144 bytes) that the library carries as they are, and gradient grids. A regular
/// value type; vectors of different length do not compare (it does not compile).
template <std::size_t Bytes>
class ByteHash {
  static_assert(Bytes > 0 && Bytes <= 1024, "lengths that the kernels know");

 public:
  static constexpr std::size_t bytes = Bytes;
  using Values = std::array<std::uint8_t, Bytes>;

  constexpr ByteHash() = default;
  explicit constexpr ByteHash(const Values& values) : values_(values) {}

  [[nodiscard]] constexpr const Values& values() const noexcept { return values_; }
  [[nodiscard]] std::string to_hex() const { return ectype::to_hex(values_); }

  /// Exactly 2 * Bytes hexadecimal digits, first byte first; empty optional otherwise.
  [[nodiscard]] static std::optional<ByteHash> try_parse(std::string_view text) noexcept {
    ByteHash hash;
    if (!from_hex(text, hash.values_)) return std::nullopt;
    return hash;
  }
  /// As `try_parse`, but throws `Error` (invalid_argument).
  [[nodiscard]] static ByteHash parse(std::string_view text) {
    if (const auto hash = try_parse(text)) return *hash;
    throw Error(ErrorCode::invalid_argument, "not a value of " + std::to_string(Bytes) +
                                                 " bytes: " + describe_bad_hex(text, 2 * Bytes));
  }

  friend constexpr bool operator==(const ByteHash&, const ByteHash&) = default;
  friend constexpr auto operator<=>(const ByteHash&, const ByteHash&) = default;

 private:
  Values values_{};
};

using Hash144Bytes = ByteHash<144>;

/// Sum of squared differences, 0 to Bytes * 65025.
template <std::size_t Bytes>
[[nodiscard]] constexpr std::uint32_t squared_l2_distance(const ByteHash<Bytes>& a,
                                                          const ByteHash<Bytes>& b) noexcept {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < Bytes; ++i) {
    const int difference = int{a.values()[i]} - int{b.values()[i]};
    sum += static_cast<std::uint32_t>(difference * difference);
  }
  return sum;
}

/// Sum of absolute differences, 0 to Bytes * 255.
template <std::size_t Bytes>
[[nodiscard]] constexpr std::uint32_t l1_distance(const ByteHash<Bytes>& a,
                                                  const ByteHash<Bytes>& b) noexcept {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < Bytes; ++i) {
    const int difference = int{a.values()[i]} - int{b.values()[i]};
    sum += static_cast<std::uint32_t>(difference < 0 ? -difference : difference);
  }
  return sum;
}

}  // namespace ectype

template <std::size_t Bytes>
struct std::hash<ectype::ByteHash<Bytes>> {
  std::size_t operator()(const ectype::ByteHash<Bytes>& value) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(value.values().data()), Bytes});
  }
};
