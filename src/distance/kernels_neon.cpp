#include "distance/kernels.hpp"

#include <arm_neon.h>

namespace ectype::distance {
namespace {

/// Of sums of bits, each lane holds eight counts, one a byte, until they are compared or stored: 32
/// is the most that the four words of a hash add to a byte, so that none carries into the next.
using Lanes = uint64x2x4_t;

inline std::uint64_t popcount_word(std::uint64_t x) { return vaddv_u8(vcnt_u8(vcreate_u8(x))); }

template <typename Function>
inline Lanes each_pair(Function function) {
  return {{function(0), function(1), function(2), function(3)}};
}

inline Lanes zero() {
  return each_pair([](int) { return vdupq_n_u64(0); });
}
inline Lanes load(const std::uint64_t* p) {
  return each_pair([p](int i) { return vld1q_u64(p + 2 * i); });
}
inline Lanes broadcast(std::uint64_t value) {
  return each_pair([value](int) { return vdupq_n_u64(value); });
}
inline Lanes differ(const Lanes& a, const Lanes& b) {
  return each_pair([&](int i) { return veorq_u64(a.val[i], b.val[i]); });
}
inline Lanes add(const Lanes& a, const Lanes& b) {
  return each_pair([&](int i) { return vaddq_u64(a.val[i], b.val[i]); });
}
inline Lanes popcount(const Lanes& a) {
  return each_pair(
      [&](int i) { return vreinterpretq_u64_u8(vcntq_u8(vreinterpretq_u8_u64(a.val[i]))); });
}

/// The counts of each lane added up; the last step widens, for their sum may be 256.
inline uint16x8_t row_sums(const Lanes& counts) {
  const auto bytes = [&](int i) { return vreinterpretq_u8_u64(counts.val[i]); };
  const uint8x16_t low = vpaddq_u8(bytes(0), bytes(1));
  const uint8x16_t high = vpaddq_u8(bytes(2), bytes(3));
  return vpaddlq_u8(vpaddq_u8(low, high));
}

inline void store(std::uint64_t* p, const Lanes& counts) {
  std::uint16_t sums[kBlockRows];
  vst1q_u16(sums, row_sums(counts));
  for (std::size_t i = 0; i < kBlockRows; ++i) p[i] = sums[i];
}

/// All limits are the same. They saturate: a radius may be more than 16 bits hold.
inline unsigned within(const Lanes& counts, const Lanes& limits) {
  static constexpr std::uint16_t kBits[kBlockRows] = {1, 2, 4, 8, 16, 32, 64, 128};
  const uint32x2_t narrow = vqmovn_u64(limits.val[0]);
  const uint16x4_t limit = vqmovn_u32(vcombine_u32(narrow, narrow));
  const uint16x8_t near = vcleq_u16(row_sums(counts), vcombine_u16(limit, limit));
  return vaddvq_u16(vandq_u16(near, vld1q_u16(kBits)));
}

inline std::uint32_t squared_l2_tail(const std::uint8_t*, const std::uint8_t*, std::size_t,
                                     std::size_t);
inline std::uint32_t l1_tail(const std::uint8_t*, const std::uint8_t*, std::size_t, std::size_t);

inline std::uint32_t squared_l2(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  uint32x4_t low = vdupq_n_u32(0);
  uint32x4_t high = vdupq_n_u32(0);
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    const uint8x16_t d = vabdq_u8(vld1q_u8(a + i), vld1q_u8(b + i));
    low = vpadalq_u16(low, vmull_u8(vget_low_u8(d), vget_low_u8(d)));
    high = vpadalq_u16(high, vmull_high_u8(d, d));
  }
  return vaddvq_u32(vaddq_u32(low, high)) + squared_l2_tail(a, b, i, size);
}

/// 16 bits hold a lane's sum: at most 1024 bytes add 64 times two differences of 255 to it.
inline std::uint32_t l1(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  uint16x8_t sum = vdupq_n_u16(0);
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) sum = vpadalq_u8(sum, vabdq_u8(vld1q_u8(a + i), vld1q_u8(b + i)));
  return vaddlvq_u16(sum) + l1_tail(a, b, i, size);
}

#include "distance/byte_columns_portable.hpp"
#include "distance/kernels_body.hpp"

}  // namespace

constinit const Kernels kNeonKernels = make_kernels("neon");

}  // namespace ectype::distance
