#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace reference {

/// The means of 96 x 96 parts less mid-gray, in 256ths of a level, half away from mid-gray; every
/// part from every pixel that it covers. `milli` is luma in thousandths, row-major.
std::vector<std::int32_t> area_means(const std::vector<std::uint32_t>& milli, std::uint32_t width,
                                     std::uint32_t height);

/// GradientGrid as its description reads, in double precision, from the result of `area_means`: a
/// byte may differ by one. Value (row * 6 + column) * 8 + direction.
std::array<int, 288> gradient_grid_slow(const std::vector<std::int32_t>& means);

}  // namespace reference
