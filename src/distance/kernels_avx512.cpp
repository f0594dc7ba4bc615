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
inline unsigned within(Lanes sums, Lanes limits) { return _mm512_cmple_epu64_mask(sums, limits); }

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
inline __mmask64 tail_mask(std::size_t count) {
  return _bzhi_u64(~0ull, static_cast<unsigned>(count));
}

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

using Sums = __m512i;
using Quads = __m512i;
constexpr std::size_t kTileBlocks = 4;
constexpr std::size_t kTileQueries = 4;

inline Sums load_sums(const std::int32_t* p) { return _mm512_loadu_si512(p); }
inline Sums subtract(Sums sums, std::int32_t number) {
  return _mm512_sub_epi32(sums, _mm512_set1_epi32(number));
}
inline Sums either(Sums a, Sums b) { return _mm512_or_si512(a, b); }
inline unsigned negative(Sums sums) { return _mm512_movepi32_mask(sums); }
inline Quads load_quads(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
inline Quads broadcast_quad(const std::uint8_t* p) {
  int quad;
  __builtin_memcpy(&quad, p, sizeof quad);
  return _mm512_set1_epi32(quad);
}
inline Sums add_products(Sums sums, Quads rows, Quads query) {
  return _mm512_dpbusd_epi32(sums, rows, query);
}
inline Sums add_differences(Sums sums, Quads rows, Quads query) {
  return _mm512_dpbusd_epi32(sums, absolute_difference(rows, query), _mm512_set1_epi8(1));
}

#include "distance/kernels_body.hpp"

// Hashes of 256 bits, many queries. The eight 32-bit words of two blocks are spread so that a
// register holds one word of 16 rows, and folded (XOR) to `Folded` words: a fold never raises the
// Hamming distance, so rows whose fold is over the radius are ruled out exactly. Of fold and spread
// the cost is shared by all queries.

constexpr std::size_t kFoldQueries = 128;

/// Lane 2i of the fold is row i of the first block, lane 2i + 1 row i of the second.
inline RawHit* verify_folded(HashRows rows, std::size_t block, unsigned mask,
                             const std::uint64_t* query, std::uint32_t number, std::int32_t radius,
                             RawHit* hits) {
  for (; mask != 0; mask &= mask - 1) {
    const auto lane = static_cast<std::uint32_t>(__builtin_ctz(mask));
    const std::size_t here = block + (lane & 1);
    const std::uint32_t row = lane >> 1;
    std::uint64_t distance = 0;
    for (std::size_t w = 0; w < 4; ++w)
      distance += popcount_word(word_of_block<4>(rows, here, w)[row] ^ query[w]);
    if (static_cast<std::int32_t>(distance) > radius) continue;
    *hits++ = {number, static_cast<std::uint32_t>(here * kBlockRows) + row,
               static_cast<std::uint32_t>(distance)};
  }
  return hits;
}

template <std::size_t Folded>
RawHit* scan_folded(HashRows rows, std::size_t block, const std::uint64_t* queries,
                    const std::uint32_t (*folds)[Folded], std::size_t query_count,
                    const std::int32_t* radii, RawHit* hits) {
  const __m512i low = _mm512_set1_epi64(0xFFFFFFFF);
  __m512i words[8];
  for (std::size_t w = 0; w < 4; ++w) {
    const __m512i a = _mm512_loadu_si512(word_of_block<4>(rows, block, w));
    const __m512i b = _mm512_loadu_si512(word_of_block<4>(rows, block + 1, w));
    words[2 * w] = _mm512_or_si512(_mm512_and_si512(a, low), _mm512_slli_epi64(b, 32));
    words[2 * w + 1] = _mm512_or_si512(_mm512_srli_epi64(a, 32), _mm512_andnot_si512(low, b));
  }
  for (std::size_t i = Folded; i < 8; ++i)
    words[i % Folded] = _mm512_xor_si512(words[i % Folded], words[i]);
  const auto candidates = [&](std::size_t q) {
    __m512i sum = _mm512_setzero_si512();
    for (std::size_t i = 0; i < Folded; ++i)
      sum = _mm512_add_epi32(sum, _mm512_popcnt_epi32(_mm512_xor_si512(
                                      words[i], _mm512_set1_epi32(static_cast<int>(folds[q][i])))));
    return _mm512_cmple_epi32_mask(sum, _mm512_set1_epi32(radii[q]));
  };
  std::size_t q = 0;
  for (; q + 2 <= query_count; q += 2) {
    const __mmask16 first = candidates(q);
    const __mmask16 second = candidates(q + 1);
    if (_kortestz_mask16_u8(first, second) != 0) continue;
    hits = verify_folded(rows, block, first, queries + q * 4, static_cast<std::uint32_t>(q),
                         radii[q], hits);
    hits = verify_folded(rows, block, second, queries + (q + 1) * 4,
                         static_cast<std::uint32_t>(q + 1), radii[q + 1], hits);
  }
  if (q < query_count)
    hits = verify_folded(rows, block, candidates(q), queries + q * 4, static_cast<std::uint32_t>(q),
                         radii[q], hits);
  return hits;
}

template <std::size_t Folded>
std::size_t within_folded(HashRows rows, std::size_t blocks, const std::uint64_t* queries,
                          std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  RawHit* end = hits;
  for (std::size_t from = 0; from < query_count; from += kFoldQueries) {
    const std::size_t count = query_count - from < kFoldQueries ? query_count - from : kFoldQueries;
    std::uint32_t folds[kFoldQueries][Folded] = {};
    for (std::size_t q = 0; q < count; ++q)
      for (std::size_t i = 0; i < 8; ++i)
        folds[q][i % Folded] ^=
            static_cast<std::uint32_t>(queries[(from + q) * 4 + i / 2] >> 32 * (i % 2));
    RawHit* begin = end;
    std::size_t b = 0;
    for (; b + 2 <= blocks; b += 2)
      end = scan_folded<Folded>(rows, b, queries + from * 4, folds, count, radii + from, end);
    if (b < blocks)
      end = scan_block<4, false>(rows, b, queries + from * 4, count, radii + from, end);
    for (; begin != end; ++begin) begin->query += static_cast<std::uint32_t>(from);
  }
  return static_cast<std::size_t>(end - hits);
}

/// Folded to 32 f bits, random hashes are 16 f +- sqrt(8 f) apart: the radii are 3.3 deviations
/// below, where one pair of blocks in a hundred has a row to look at.
std::size_t hamming_within_256(HashRows rows, std::size_t blocks, const std::uint64_t* queries,
                               std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  if (query_count < 4) return hamming_within<4>(rows, blocks, queries, query_count, radii, hits);
  std::int32_t largest = -1;
  for (std::size_t q = 0; q < query_count; ++q) largest = radii[q] > largest ? radii[q] : largest;
  const auto scan = largest <= 31   ? within_folded<3>
                    : largest <= 44 ? within_folded<4>
                    : largest <= 58 ? within_folded<5>
                    : largest <= 72 ? within_folded<6>
                    : largest <= 86 ? within_folded<7>
                                    : within_folded<8>;
  return scan(rows, blocks, queries, query_count, radii, hits);
}

constexpr Kernels make_avx512_kernels() {
  Kernels kernels = make_kernels("avx512");
  kernels.hamming_within[width_index(4)] = hamming_within_256;
  return kernels;
}

}  // namespace

constinit const Kernels kAvx512Kernels = make_avx512_kernels();

}  // namespace ectype::distance
