#pragma once

#include "hashing/bit_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::hashing {

__extension__ using Int128 = __int128;

/// The lowest `count` x `count` coefficients, [row * count + column], of the two-dimensional DCT of
/// type II of `side` x `side` gray levels (32 or 64): sum over x and y of the level times cos(pi
/// column (2 x + 1) / (2 side)) times cos(pi row (2 y + 1) / (2 side)), in units of
/// 2^-kExactDctBits.
///
/// Integers, so the same on every machine; off by less than kExactDctNoise.
std::vector<Int128> exact_dct(std::span<const std::uint8_t> pixels, std::size_t side,
                              std::size_t count);

inline constexpr int kExactDctBits = 98;

/// 2^-30, about 1e-9 (4e-9 in the scale of SciPy): where a coefficient is so near to the median,
/// the bit of a reference in floating point is noise.
inline constexpr Int128 kExactDctNoise = Int128{1} << (kExactDctBits - 30);

/// Twice the median of an even number of values: the sum of the two in the middle.
Int128 twice_median(std::span<const Int128> values);

/// Adds a bit for each coefficient of a picture of `side` x `side` pixels: whether it lies above
/// the median of them; returns whether one of the bits is noise. A bit is stable where its
/// coefficient is at least what one gray level of noise amounts to from the median.
template <std::size_t Bits>
bool add_against_median(std::span<const Int128> coefficients, std::size_t side,
                        BitWriter<Bits>& bits) {
  const Int128 median2 = twice_median(coefficients);
  const Int128 level = Int128{side / 2} << kExactDctBits;
  bool noise = false;
  for (const Int128 value : coefficients) {
    const Int128 apart = 2 * value - median2;
    const Int128 size = apart < 0 ? -apart : apart;
    bits.add(apart > 0, size >= 2 * level);
    noise = noise || size < 2 * kExactDctNoise;
  }
  return noise;
}

}  // namespace ectype::hashing
