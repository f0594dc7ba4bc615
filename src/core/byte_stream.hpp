#pragma once

#include "ectype/error.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ectype {

/// Numbers, little-endian, and texts (their length in 32 bits, then their bytes), one after the
/// other.
class ByteWriter {
 public:
  void put(std::uint64_t value, int bytes);
  void put_real(double value) { put(std::bit_cast<std::uint64_t>(value), 8); }
  void put_flag(bool value) { put(value ? 1 : 0, 1); }
  void put_text(std::span<const std::uint8_t> bytes);
  void put_text(std::string_view text) {
    put_text(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }

  std::vector<std::uint8_t> out;
};

/// Reads what a ByteWriter wrote, or what pretends to be that. Throws Error (damaged), "not WHAT:
/// ...", for bytes that cannot be.
class ByteReader {
 public:
  ByteReader(std::span<const std::uint8_t> bytes, std::string what)
      : bytes_(bytes), what_(std::move(what)) {}

  std::uint64_t number(int size) {
    std::uint64_t value = 0;
    const auto part = take(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < part.size(); ++i) value |= std::uint64_t{part[i]} << 8 * i;
    return value;
  }
  /// A number that is at most `most`.
  std::uint64_t number(int size, std::uint64_t most) {
    const std::uint64_t value = number(size);
    if (value > most) fail("a number is " + std::to_string(value));
    return value;
  }
  double real() { return std::bit_cast<double>(number(8)); }
  bool flag() { return number(1, 1) == 1; }
  std::span<const std::uint8_t> bytes() { return take(number(4)); }
  std::string text() {
    const auto part = bytes();
    return {part.begin(), part.end()};
  }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  void require_end() const {
    if (!bytes_.empty()) fail("there is more after its end");
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::damaged, "not " + what_ + ": " + why);
  }

 private:
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size()) fail("it is cut");
    const auto part = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return part;
  }

  std::span<const std::uint8_t> bytes_;
  std::string what_;
};

}  // namespace ectype
