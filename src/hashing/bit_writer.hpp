#pragma once

#include "hashing/row_hasher.hpp"

#include "ectype/bit_hash.hpp"

#include <cstddef>
#include <cstdint>

namespace ectype::hashing {

/// Collects the bits of a hash, the highest first, and how many of them would stay if the picture
/// changed by about one gray level: the share of these, in percent, is the quality.
template <std::size_t Bits>
class BitWriter {
 public:
  void add(bool bit, bool stable) {
    ++count_;
    if (bit) hash_.set(Bits - count_);
    stable_ += stable ? 1 : 0;
  }
  [[nodiscard]] bool all_equal() const noexcept {
    return hash_.popcount() == 0 || hash_.popcount() == static_cast<int>(Bits);
  }
  [[nodiscard]] HashedPicture finish(bool degenerate) const {
    return {{static_cast<std::uint8_t>(100 * stable_ / Bits), degenerate}, {hash_}};
  }

 private:
  BitHash<Bits> hash_;
  std::size_t count_ = 0;
  std::size_t stable_ = 0;
};

}  // namespace ectype::hashing
