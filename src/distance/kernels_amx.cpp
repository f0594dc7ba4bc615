#include "distance/kernels.hpp"

#include <immintrin.h>

// Many queries of 128 or 256 bits by the matrix unit. A row's bits are bytes 0 or 1 and a query's
// bits bytes 1 or -1, so that row * query + ones of the query is the Hamming distance. Two rows
// share a product: the second counts 128-fold, and the first is complemented, so that after
// `starts` a sum holds 128 * (distance of the second) - (distance of the first) + constant, at the
// price of one. The lower field has 7 bits, enough for 128 bits of a hash ("part"):
//   one part:  256 bits are folded to 128 by XOR, which never raises a distance. It rules rows out
//              up to a radius of 44, four deviations below what random hashes are apart.
//   two parts: each of 128 bits in a sum of its own; the fields, taken apart, add up.
// Where a field wraps or a carry blurs it, it can only seem nearer: what is found is a candidate,
// and its distance is counted exactly.

namespace ectype::distance {
namespace {

constexpr std::size_t kTileRows = 16;
constexpr std::size_t kGroupBlocks = 2 * kTileRows / kBlockRows;
constexpr std::size_t kTileQueries = 16;
constexpr std::int32_t kOnePartPays = 44;
constexpr std::int32_t kTwoPartsPay = 100;

struct alignas(64) Tile {
  std::uint8_t row[16][64];
};
struct alignas(64) Sums {
  std::int32_t row[kTileRows][kTileQueries];  // of a pair of rows: i and kTileRows + i of a group
};

template <std::size_t Parts>
struct alignas(64) QueryTile {
  Tile bits[Parts][2];
  std::int32_t starts[Parts][kTileQueries];
  std::int32_t radii[kTileQueries];
  unsigned used;  // a mask
};

/// Every tile is full: 16 rows of 64 bytes.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t rest[15] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfig kTileConfig;

/// GCC's tile loads do not say that they read memory.
inline void finish_stores() { asm volatile("" ::: "memory"); }

/// Word `word` (0 or 1) of a part of a hash whose words are `stride` apart.
template <std::size_t Words, std::size_t Parts>
inline std::uint64_t part_word(const std::uint64_t* hash, std::size_t part, std::size_t word) {
  return Words == 2 * Parts ? hash[2 * part + word] : hash[word] ^ hash[word + 2];
}

/// Bytes stand in the order of a bit's place in its byte: byte m of lane j is bit j of byte m.
inline __m512i lanes() { return _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7); }

template <std::size_t Words, std::size_t Parts>
void prepare(const std::uint64_t* queries, std::size_t count, const std::int32_t* radii,
             QueryTile<Parts>& tile) {
  const __m512i one = _mm512_set1_epi8(1);
  std::int32_t ones[Parts][kTileQueries] = {};
  for (std::size_t part = 0; part < Parts; ++part) {
    for (std::size_t word = 0; word < 2; ++word) {
      alignas(64) std::uint32_t halves[2][kTileQueries] = {};
      for (std::size_t q = 0; q < count; ++q) {
        const std::uint64_t bits = part_word<Words, Parts>(queries + q * Words, part, word);
        halves[0][q] = static_cast<std::uint32_t>(bits);
        halves[1][q] = static_cast<std::uint32_t>(bits >> 32);
        ones[part][q] += static_cast<std::int32_t>(_mm_popcnt_u64(bits));
      }
      for (unsigned bit = 0; bit < 8; ++bit)
        for (std::size_t half = 0; half < 2; ++half) {
          const __m512i set =
              _mm512_and_si512(one, _mm512_srli_epi32(_mm512_load_si512(halves[half]), bit));
          _mm512_store_si512(tile.bits[part][word].row[2 * bit + half],
                             _mm512_or_si512(one, _mm512_sub_epi8(_mm512_setzero_si512(), set)));
        }
    }
  }
  tile.used = (1u << count) - 1;
  for (std::size_t q = 0; q < kTileQueries; ++q) {
    const std::int32_t radius = q < count ? radii[q] : -1;
    tile.radii[q] = radius;
    if (Parts == 1) {
      // 64 + radius - distance of the first, bit 6 says near; distance - radius - 1 of the second,
      // negative if near. A distance over radius + 64 wraps: rare from a radius of 32 on.
      const std::int32_t wide = radius < 32 ? 32 : radius;
      tile.starts[0][q] = ones[0][q] + wide - 64 + 128 * (ones[0][q] - wide - 1);
    } else {
      for (std::size_t part = 0; part < Parts; ++part)
        tile.starts[part][q] = 129 * ones[part][q] - 1;  // 127 - distance of the first
      tile.starts[Parts - 1][q] -= 128 * (radius + 2);  // one more for the carry of the first's sum
    }
  }
}

/// Bits of each pair of rows that are set if a row may be near: kNear<Parts>.
template <std::size_t Parts>
inline constexpr int kNear = INT32_MIN | (Parts == 1 ? 1 << 6 : 1 << 8);

template <std::size_t Parts>
inline __m512i near_bits(const Sums (&sums)[Parts], std::size_t row, const QueryTile<Parts>& tile) {
  const __m512i first =
      _mm512_add_epi32(_mm512_load_si512(sums[0].row[row]), _mm512_load_si512(tile.starts[0]));
  if constexpr (Parts == 1) {
    return first;
  } else {
    const __m512i second =
        _mm512_add_epi32(_mm512_load_si512(sums[1].row[row]), _mm512_load_si512(tile.starts[1]));
    const __m512i field = _mm512_set1_epi32(127);
    // 254 - distance + radius + 2: bit 8 says near.
    const __m512i low = _mm512_add_epi32(
        _mm512_add_epi32(_mm512_and_si512(first, field), _mm512_and_si512(second, field)),
        _mm512_add_epi32(_mm512_load_si512(tile.radii), _mm512_set1_epi32(2)));
    const __m512i high = _mm512_add_epi32(first, second);
    return _mm512_ternarylogic_epi32(_mm512_set1_epi32(INT32_MIN), high, low, 0xCA);  // select
  }
}

template <std::size_t Parts>
inline bool any_near(const Sums (&sums)[Parts], const QueryTile<Parts>& tile) {
  __m512i any = _mm512_setzero_si512();
  for (std::size_t row = 0; row < kTileRows; row += 2)
    any = _mm512_ternarylogic_epi32(any, near_bits(sums, row, tile), near_bits(sums, row + 1, tile),
                                    0xFE);  // or
  return _mm512_test_epi32_mask(any, _mm512_set1_epi32(kNear<Parts>)) != 0;
}

/// Of the candidates those within their radius.
template <std::size_t Words, std::size_t Parts>
RawHit* verify(const Sums (&sums)[Parts], const QueryTile<Parts>& tile, const std::uint64_t* group,
               std::uint32_t first_row, const std::uint64_t* queries, std::uint32_t first_query,
               RawHit* hits) {
  const __m512i near = _mm512_set1_epi32(kNear<Parts>);
  for (std::size_t i = 0; i < kTileRows; ++i) {
    unsigned mask = _mm512_test_epi32_mask(near_bits(sums, i, tile), near) & tile.used;
    for (; mask != 0; mask &= mask - 1) {
      const auto q = static_cast<std::uint32_t>(__builtin_ctz(mask));
      const std::uint64_t* query = queries + q * Words;
      for (std::size_t row = i; row < 2 * kTileRows; row += kTileRows) {
        const std::uint64_t* words =
            group + row / kBlockRows * Words * kBlockRows + row % kBlockRows;
        std::int32_t distance = 0;
        for (std::size_t w = 0; w < Words; ++w)
          distance += static_cast<std::int32_t>(_mm_popcnt_u64(words[w * kBlockRows] ^ query[w]));
        if (distance <= tile.radii[q])
          *hits++ = {first_query + q, first_row + static_cast<std::uint32_t>(row),
                     static_cast<std::uint32_t>(distance)};
      }
    }
  }
  return hits;
}

/// Two words of a part of the 32 rows of a group.
template <std::size_t Words, std::size_t Parts>
inline void spread(const std::uint64_t* group, std::size_t part, Tile (&tiles)[2]) {
  const __m512i right = lanes();
  const __m512i left = _mm512_sub_epi64(_mm512_set1_epi64(7), right);
  const __m512i lowest = _mm512_set1_epi8(1);
  const __m512i ends = _mm512_set1_epi8(static_cast<char>(0x81));
  for (std::size_t word = 0; word < 2; ++word) {
    alignas(64) std::uint64_t rows[2 * kTileRows];
    for (std::size_t block = 0; block < kGroupBlocks; ++block) {
      const std::uint64_t* words = group + block * Words * kBlockRows;
      __m512i bits = _mm512_loadu_si512(words + (2 * part + word) * kBlockRows);
      if (Words > 2 * Parts)
        bits = _mm512_xor_si512(bits, _mm512_loadu_si512(words + (word + 2) * kBlockRows));
      if (block < kGroupBlocks / 2) bits = _mm512_xor_si512(bits, _mm512_set1_epi64(-1));
      _mm512_store_si512(rows + block * kBlockRows, bits);
    }
    for (std::size_t i = 0; i < kTileRows; ++i) {
      const __m512i first =
          _mm512_srlv_epi64(_mm512_set1_epi64(static_cast<long long>(rows[i])), right);
      const __m512i second =
          _mm512_sllv_epi64(_mm512_set1_epi64(static_cast<long long>(rows[kTileRows + i])), left);
      _mm512_store_si512(
          tiles[word].row[i],
          _mm512_and_si512(ends, _mm512_ternarylogic_epi32(lowest, first, second, 0xCA)));
    }
  }
}

/// Tile registers: the rows' bits in 0 to 3, sums in 4 and 5, the queries' bits in 6 and 7.
template <std::size_t Parts>
inline void load_rows(const Tile (&tiles)[Parts][2]) {
  finish_stores();
  _tile_loadd(0, tiles[0][0].row, 64);
  _tile_loadd(1, tiles[0][1].row, 64);
  if constexpr (Parts == 2) {
    _tile_loadd(2, tiles[1][0].row, 64);
    _tile_loadd(3, tiles[1][1].row, 64);
  }
}

template <std::size_t Parts>
inline void multiply(const QueryTile<Parts>& tile, Sums (&sums)[Parts]) {
  _tile_zero(4);
  _tile_loadd(6, tile.bits[0][0].row, 64);
  _tile_dpbusd(4, 0, 6);
  _tile_loadd(7, tile.bits[0][1].row, 64);
  _tile_dpbusd(4, 1, 7);
  _tile_stored(4, sums[0].row, 64);
  if constexpr (Parts == 2) {
    _tile_zero(5);
    _tile_loadd(6, tile.bits[1][0].row, 64);
    _tile_dpbusd(5, 2, 6);
    _tile_loadd(7, tile.bits[1][1].row, 64);
    _tile_dpbusd(5, 3, 7);
    _tile_stored(5, sums[1].row, 64);
  }
}

/// The bits of so many queries stay in the first-level cache: 32 KB.
template <std::size_t Parts>
inline constexpr std::size_t kTilesAtOnce = 16 / Parts;
/// Sums are looked at so many tiles after they were made: the matrix unit does not wait.
constexpr std::size_t kLag = 4;

template <std::size_t Words, std::size_t Parts>
RawHit* scan_tiles(const std::uint64_t* rows, std::size_t groups, const std::uint64_t* queries,
                   std::uint32_t first_query, std::size_t count, const std::int32_t* radii,
                   RawHit* hits) {
  constexpr std::size_t group_words = kGroupBlocks * kBlockRows * Words;
  QueryTile<Parts> tiles[kTilesAtOnce<Parts>];
  const std::size_t tile_count = (count + kTileQueries - 1) / kTileQueries;
  for (std::size_t t = 0; t < tile_count; ++t) {
    const std::size_t left = count - t * kTileQueries;
    prepare<Words, Parts>(queries + t * kTileQueries * Words,
                          left < kTileQueries ? left : kTileQueries, radii + t * kTileQueries,
                          tiles[t]);
  }
  Tile spread_rows[Parts][2];
  Sums sums[2 * kLag][Parts];
  for (std::size_t g = 0; g < groups; ++g) {
    const std::uint64_t* group = rows + g * group_words;
    for (std::size_t part = 0; part < Parts; ++part)
      spread<Words, Parts>(group, part, spread_rows[part]);
    load_rows<Parts>(spread_rows);
    for (std::size_t t = 0; t < tile_count + kLag; ++t) {
      if (t < tile_count) multiply<Parts>(tiles[t], sums[t % (2 * kLag)]);
      if (t < kLag) continue;
      const std::size_t past = t - kLag;
      const Sums(&made)[Parts] = sums[past % (2 * kLag)];
      if (__builtin_expect(any_near<Parts>(made, tiles[past]), 0))
        hits = verify<Words, Parts>(
            made, tiles[past], group, static_cast<std::uint32_t>(g * 2 * kTileRows),
            queries + past * kTileQueries * Words,
            first_query + static_cast<std::uint32_t>(past * kTileQueries), hits);
    }
  }
  return hits;
}

template <std::size_t Words, std::size_t Parts>
std::size_t within_tiles(const std::uint64_t* rows, std::size_t blocks,
                         const std::uint64_t* queries, std::size_t query_count,
                         const std::int32_t* radii, RawHit* hits) {
  constexpr std::size_t at_once = kTilesAtOnce<Parts> * kTileQueries;
  const std::size_t groups = blocks / kGroupBlocks;
  RawHit* end = hits;
  _tile_loadconfig(&kTileConfig);
  for (std::size_t from = 0; from < query_count; from += at_once)
    end = scan_tiles<Words, Parts>(
        rows, groups, queries + from * Words, static_cast<std::uint32_t>(from),
        query_count - from < at_once ? query_count - from : at_once, radii + from, end);
  _tile_release();
  RawHit* rest = end;
  end += kAvx512Kernels.hamming_within[width_index(Words)](
      rows + groups * kGroupBlocks * kBlockRows * Words, blocks % kGroupBlocks, queries,
      query_count, radii, end);
  for (; rest != end; ++rest)
    rest->row += static_cast<std::uint32_t>(groups * kGroupBlocks * kBlockRows);
  return static_cast<std::size_t>(end - hits);
}

template <std::size_t Words>
std::size_t hamming_within(const std::uint64_t* rows, std::size_t blocks,
                           const std::uint64_t* queries, std::size_t query_count,
                           const std::int32_t* radii, RawHit* hits) {
  std::int32_t largest = -1;
  for (std::size_t q = 0; q < query_count; ++q) largest = radii[q] > largest ? radii[q] : largest;
  auto scan = kAvx512Kernels.hamming_within[width_index(Words)];
  if (query_count >= kTileQueries) {
    if (largest <= kOnePartPays)
      scan = within_tiles<Words, 1>;
    else if (Words == 4 && largest <= kTwoPartsPay)
      scan = within_tiles<4, 2>;
  }
  return scan(rows, blocks, queries, query_count, radii, hits);
}

}  // namespace

Kernels make_amx_kernels() {
  Kernels kernels = kAvx512Kernels;
  kernels.name = "amx";
  kernels.hamming_within[width_index(2)] = hamming_within<2>;
  kernels.hamming_within[width_index(4)] = hamming_within<4>;
  return kernels;
}

}  // namespace ectype::distance
