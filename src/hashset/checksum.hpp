#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <xxhash.h>

namespace ectype::hashset {

/// The low 64 bits of XXH3-128 over texts, each as its length (8 bytes, little-endian) and its
/// bytes; numbers as their decimal digits. SQLite itself does not notice a flipped byte in a value.
class Checksum {
 public:
  void add(std::string_view bytes) {
    const std::uint64_t size = bytes.size();
    for (int shift = 0; shift < 64; shift += 8) data_ += static_cast<char>(size >> shift & 255);
    data_ += bytes;
  }
  void add(std::int64_t value) { add(std::to_string(value)); }
  [[nodiscard]] std::int64_t value() const {
    return static_cast<std::int64_t>(XXH3_128bits(data_.data(), data_.size()).low64);
  }

 private:
  std::string data_;
};

}  // namespace ectype::hashset
