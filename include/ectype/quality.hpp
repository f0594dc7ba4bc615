#pragma once

#include <cstdint>

namespace ectype {

/// How much a hash can be trusted.
struct Quality {
  /// Hashes below are stored, and never matched by default (PDQ's own recommendation).
  static constexpr int kDefaultThreshold = 50;
  /// The same above `Level::strict`, for a hash that does not decide alone.
  static constexpr int kSharedThreshold = 25;

  std::uint8_t value = 0;   ///< 0 to 100; its meaning: `AlgorithmInfo::quality`
  bool degenerate = false;  ///< the bits, or some of them, are noise: never matched

  [[nodiscard]] constexpr bool trusted(int threshold = kDefaultThreshold) const noexcept {
    return value >= threshold && !degenerate;
  }
  friend constexpr bool operator==(const Quality&, const Quality&) = default;
};

}  // namespace ectype
