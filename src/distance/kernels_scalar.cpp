#include "distance/kernels.hpp"

namespace ectype::distance {
namespace {

struct Lanes {
  std::uint64_t lane[kBlockRows];
};

// Bits counted in parallel sums: std::popcount is a library call where the CPU is not known to have
// the instruction.
inline std::uint64_t popcount_word(std::uint64_t x) {
  x -= x >> 1 & 0x5555555555555555u;
  x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
  x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return x * 0x0101010101010101u >> 56;
}

template <typename Function>
inline Lanes each_lane(Function function) {
  Lanes result;
  for (std::size_t i = 0; i < kBlockRows; ++i) result.lane[i] = function(i);
  return result;
}

inline Lanes zero() { return {}; }
inline Lanes load(const std::uint64_t* p) {
  return each_lane([p](std::size_t i) { return p[i]; });
}
inline void store(std::uint64_t* p, const Lanes& a) {
  for (std::size_t i = 0; i < kBlockRows; ++i) p[i] = a.lane[i];
}
inline Lanes broadcast(std::uint64_t value) {
  return each_lane([value](std::size_t) { return value; });
}
inline Lanes differ(const Lanes& a, const Lanes& b) {
  return each_lane([&](std::size_t i) { return a.lane[i] ^ b.lane[i]; });
}
inline Lanes add(const Lanes& a, const Lanes& b) {
  return each_lane([&](std::size_t i) { return a.lane[i] + b.lane[i]; });
}
inline Lanes popcount(const Lanes& a) {
  return each_lane([&](std::size_t i) { return popcount_word(a.lane[i]); });
}
inline unsigned within(const Lanes& sums, const Lanes& limits) {
  unsigned mask = 0;
  for (std::size_t i = 0; i < kBlockRows; ++i)
    mask |= static_cast<unsigned>(sums.lane[i] <= limits.lane[i]) << i;
  return mask;
}

inline std::uint32_t squared_l2_tail(const std::uint8_t*, const std::uint8_t*, std::size_t,
                                     std::size_t);
inline std::uint32_t l1_tail(const std::uint8_t*, const std::uint8_t*, std::size_t, std::size_t);

inline std::uint32_t squared_l2(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  return squared_l2_tail(a, b, 0, size);
}
inline std::uint32_t l1(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  return l1_tail(a, b, 0, size);
}

#include "distance/byte_columns_portable.hpp"
#include "distance/kernels_body.hpp"

}  // namespace

constinit const Kernels kScalarKernels = make_kernels("scalar");

}  // namespace ectype::distance
