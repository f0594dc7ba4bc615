#include "distance/kernels.hpp"

#include <immintrin.h>

namespace ectype::distance {
namespace {

struct Lanes {
  __m256i low, high;
};

inline std::uint64_t popcount_word(std::uint64_t x) {
  return static_cast<std::uint64_t>(_mm_popcnt_u64(x));
}

/// Bits of each 64-bit lane, by two table look-ups a byte (W. Mula).
inline __m256i popcount_half(__m256i x) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                         0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i nibble = _mm256_set1_epi8(0x0F);
  const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, nibble));
  const __m256i high =
      _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
  return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

inline Lanes zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
inline Lanes load(const std::uint64_t* p) {
  const auto* v = reinterpret_cast<const __m256i*>(p);
  return {_mm256_loadu_si256(v), _mm256_loadu_si256(v + 1)};
}
inline void store(std::uint64_t* p, Lanes a) {
  auto* v = reinterpret_cast<__m256i*>(p);
  _mm256_storeu_si256(v, a.low);
  _mm256_storeu_si256(v + 1, a.high);
}
inline Lanes broadcast(std::uint64_t value) {
  const __m256i v = _mm256_set1_epi64x(static_cast<long long>(value));
  return {v, v};
}
inline Lanes differ(Lanes a, Lanes b) {
  return {_mm256_xor_si256(a.low, b.low), _mm256_xor_si256(a.high, b.high)};
}
inline Lanes add(Lanes a, Lanes b) {
  return {_mm256_add_epi64(a.low, b.low), _mm256_add_epi64(a.high, b.high)};
}
inline Lanes popcount(Lanes a) { return {popcount_half(a.low), popcount_half(a.high)}; }

inline unsigned mask_of(__m256i lanes) {
  return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(lanes)));
}
inline unsigned within(Lanes sums, Lanes limits) {
  const unsigned over = mask_of(_mm256_cmpgt_epi64(sums.low, limits.low)) |
                        mask_of(_mm256_cmpgt_epi64(sums.high, limits.high)) << 4;
  return ~over & 0xFFu;
}

inline std::uint32_t sum_of_lanes(__m256i v) {
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  const __m128i pair = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  return static_cast<std::uint32_t>(
      _mm_cvtsi128_si32(_mm_add_epi32(pair, _mm_shuffle_epi32(pair, 0xB1))));
}

inline std::uint32_t squared_l2_tail(const std::uint8_t*, const std::uint8_t*, std::size_t,
                                     std::size_t);
inline std::uint32_t l1_tail(const std::uint8_t*, const std::uint8_t*, std::size_t, std::size_t);

inline std::uint32_t squared_l2(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  __m256i sum = _mm256_setzero_si256();
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    const __m256i x =
        _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i)));
    const __m256i y =
        _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i)));
    const __m256i d = _mm256_sub_epi16(x, y);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(d, d));
  }
  return sum_of_lanes(sum) + squared_l2_tail(a, b, i, size);
}

inline std::uint32_t l1(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  __m256i sum = _mm256_setzero_si256();
  std::size_t i = 0;
  for (; i + 32 <= size; i += 32) {
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a + i));
    const __m256i y = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + i));
    sum = _mm256_add_epi64(sum, _mm256_sad_epu8(x, y));
  }
  return sum_of_lanes(sum) + l1_tail(a, b, i, size);
}

struct Sums {
  __m256i low, high;
};
using Quads = Sums;
constexpr std::size_t kTileBlocks = 1;
constexpr std::size_t kTileQueries = 4;

inline Sums load_sums(const std::int32_t* p) {
  const auto* v = reinterpret_cast<const __m256i*>(p);
  return {_mm256_loadu_si256(v), _mm256_loadu_si256(v + 1)};
}
inline Sums subtract(Sums sums, std::int32_t number) {
  const __m256i v = _mm256_set1_epi32(number);
  return {_mm256_sub_epi32(sums.low, v), _mm256_sub_epi32(sums.high, v)};
}
inline Sums either(Sums a, Sums b) {
  return {_mm256_or_si256(a.low, b.low), _mm256_or_si256(a.high, b.high)};
}
inline unsigned signs(__m256i v) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(v)));
}
inline unsigned negative(Sums sums) { return signs(sums.low) | signs(sums.high) << 8; }
inline Quads load_quads(const std::uint8_t* p) {
  const auto* v = reinterpret_cast<const __m256i*>(p);
  return {_mm256_loadu_si256(v), _mm256_loadu_si256(v + 1)};
}
inline Quads broadcast_quad(const std::uint8_t* p) {
  int quad;
  __builtin_memcpy(&quad, p, sizeof quad);
  const __m256i v = _mm256_set1_epi32(quad);
  return {v, v};
}

/// In words of 16 bits, even and odd bytes apart: the instruction that multiplies bytes saturates.
inline __m256i add_products(__m256i sums, __m256i rows, __m256i query) {
  const __m256i even = _mm256_madd_epi16(_mm256_and_si256(rows, _mm256_set1_epi16(0xFF)),
                                         _mm256_srai_epi16(_mm256_slli_epi16(query, 8), 8));
  const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(rows, 8), _mm256_srai_epi16(query, 8));
  return _mm256_add_epi32(sums, _mm256_add_epi32(even, odd));
}
inline __m256i add_differences(__m256i sums, __m256i rows, __m256i query) {
  const __m256i d = _mm256_or_si256(_mm256_subs_epu8(rows, query), _mm256_subs_epu8(query, rows));
  const __m256i pairs = _mm256_maddubs_epi16(d, _mm256_set1_epi8(1));
  return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
inline Sums add_products(Sums sums, Quads rows, Quads query) {
  return {add_products(sums.low, rows.low, query.low),
          add_products(sums.high, rows.high, query.high)};
}
inline Sums add_differences(Sums sums, Quads rows, Quads query) {
  return {add_differences(sums.low, rows.low, query.low),
          add_differences(sums.high, rows.high, query.high)};
}

#include "distance/kernels_body.hpp"

}  // namespace

constinit const Kernels kAvx2Kernels = make_kernels("avx2");

}  // namespace ectype::distance
