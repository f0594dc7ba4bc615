#pragma once

#include "hashing/luma_grid.hpp"

#include <array>
#include <cstdint>

namespace ectype::hashing {

inline constexpr std::size_t kDctSide = 16;

/// PDQ's 16 x 16 DCT coefficients, [row * 16 + column], without the constant terms; kLumaOne is
/// one.
using DctBlock = std::array<std::int64_t, kDctSide * kDctSide>;

/// B = D A D^T with D[i][j] = sqrt(2/64) cos(pi / 128 (i + 1)(2j + 1)), in fixed point: exact to
/// about one part in 2^20 of a gray level, and the same on every machine.
DctBlock dct_16(const LumaGrid& grid);

}  // namespace ectype::hashing
