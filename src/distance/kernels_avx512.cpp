#include "distance/kernels.hpp"

#include <immintrin.h>

namespace ectype::distance {
namespace {

using Lanes = __m512i;

inline std::uint64_t popcount_word(std::uint64_t x) {
  return static_cast<std::uint64_t>(_mm_popcnt_u64(x));
}

inline Lanes zero() { return _mm512_setzero_si512(); }
inline Lanes load(const std::uint64_t* p) { return _mm512_loadu_si512(p); }
inline void store(std::uint64_t* p, Lanes a) { _mm512_storeu_si512(p, a); }
inline Lanes broadcast(std::uint64_t value) {
  return _mm512_set1_epi64(static_cast<long long>(value));
}
inline Lanes differ(Lanes a, Lanes b) { return _mm512_xor_si512(a, b); }
inline Lanes add(Lanes a, Lanes b) { return _mm512_add_epi64(a, b); }
inline Lanes popcount(Lanes a) { return _mm512_popcnt_epi64(a); }
inline unsigned within(Lanes sums, Lanes limits) {
  return _mm512_cmple_epu64_mask(sums, limits);
}

inline std::uint32_t squared_l2_tail(const std::uint8_t*, const std::uint8_t*, std::size_t,
                                     std::size_t);
inline std::uint32_t l1_tail(const std::uint8_t*, const std::uint8_t*, std::size_t, std::size_t);

inline __m512i absolute_difference(__m512i x, __m512i y) {
  return _mm512_or_si512(_mm512_subs_epu8(x, y), _mm512_subs_epu8(y, x));
}

/// Adds the squares of 64 unsigned bytes: VNNI multiplies pairs of 16-bit words and sums them.
inline __m512i add_squares(__m512i sum, __m512i d) {
  const __m512i low = _mm512_unpacklo_epi8(d, _mm512_setzero_si512());
  const __m512i high = _mm512_unpackhi_epi8(d, _mm512_setzero_si512());
  return _mm512_dpwssd_epi32(_mm512_dpwssd_epi32(sum, low, low), high, high);
}

/// The last bytes come by a masked load, which reads nothing past the end.
inline __mmask64 tail_mask(std::size_t count) { return _bzhi_u64(~0ull, static_cast<unsigned>(count)); }

template <typename Step>
inline __m512i over_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t size,
                          Step step) {
  __m512i sum = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64)
    sum = step(sum, _mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
  if (i == size) return sum;
  const __mmask64 mask = tail_mask(size - i);
  return step(sum, _mm512_maskz_loadu_epi8(mask, a + i), _mm512_maskz_loadu_epi8(mask, b + i));
}

inline std::uint32_t squared_l2(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  const __m512i sum = over_bytes(a, b, size, [](__m512i s, __m512i x, __m512i y) {
    return add_squares(s, absolute_difference(x, y));
  });
  return static_cast<std::uint32_t>(_mm512_reduce_add_epi32(sum));
}

inline std::uint32_t l1(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  const __m512i sum = over_bytes(a, b, size, [](__m512i s, __m512i x, __m512i y) {
    return _mm512_add_epi64(s, _mm512_sad_epu8(x, y));
  });
  return static_cast<std::uint32_t>(_mm512_reduce_add_epi64(sum));
}

#include "distance/kernels_body.hpp"

}  // namespace

constinit const Kernels kAvx512Kernels = make_kernels("avx512");

}  // namespace ectype::distance
