#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
namespace ectype::match {
inline constexpr int kLeastInliers = 4;
inline int log_lr_pdq(int d) { return std::max(-200, (100 - d) * 25); }
inline int log_lr_grid(std::uint32_t d) { return d < 250000 ? int((250000 - d) / 100) : -200; }
inline int log_lr_inliers(int n) { return n < 4 ? -50 : n * 300; }
inline double false_rate(int s) { return std::exp(-s / 100.0); }
inline double false_rate_pdq(int d) { return std::exp(-(100 - d) / 4.0); }
inline int reach_pdq(double) { return 80; }
inline int reach_grid(double) { return 200000; }
}  // namespace ectype::match
