#pragma once

#include "hashing/tent.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace ectype::hashing {

/// The 64 tents of an axis, laid out so that rows of 8-bit pixels are summed quickly: weights of 16
/// bits and sums of 32, which lengths up to some ten thousand pixels fit into.
class NarrowTents {
 public:
  [[nodiscard]] static bool fit(const std::vector<Tent>& tents);

  NarrowTents() = default;
  /// Of tents that fit.
  explicit NarrowTents(const std::vector<Tent>& tents);

  /// The weighted sum of each tent, exactly. Reads no pixel beyond the last one that a tent covers.
  void sum(const std::uint8_t* row, std::array<std::uint32_t, kGridSide>& sums) const;

 private:
  std::size_t taps_ = 0;  // of each tent: a multiple of 8, the rest with weights of zero
  std::array<std::uint32_t, kGridSide> first_{};
  std::vector<std::int16_t> weights_;
};

}  // namespace ectype::hashing
