#include "distance/kernels.hpp"

#include <immintrin.h>

// Many queries of 128 or 256 bits by the matrix unit. The bits of a row are bytes 0 or 1, those of
// a query 1 or -1, so that row * query + the number of ones of the query is the Hamming distance.
// Two rows share a product, at the price of one: the bits of the first are complemented, those of
// the second count 128-fold. A sum that starts at a constant of the query then holds
//   128 * (distance of the second - limit - 1) + (64 + limit - distance of the first):
// near rows set its sign and its bit 6, and one OR over all sums of a tile says whether there are
// any. The lower field has 7 bits, enough for the distance over 128 bits:
//   hashes of 256 bits folded by XOR, which never raises a distance;
//   at radii where that rules too little out, each half: of two halves within a radius of r one is
//   within r / 2, or the other within (r - 1) / 2.
// A field that wraps can only seem nearer. What seems near is a candidate; its distance is counted.

namespace ectype::distance {
namespace {

constexpr std::size_t kTileRows = 16;
constexpr std::size_t kGroupBlocks = 2 * kTileRows / kBlockRows;
constexpr std::size_t kTileQueries = 16;
/// Random hashes are 64 +- 5.7 apart over 128 bits: at these radii one tile in five has a
/// candidate, or every tile.
constexpr std::int32_t kFoldPays = 44;
constexpr std::int32_t kHalvesPay = 94;

struct alignas(64) Tile {
  std::uint8_t row[16][64];
};
struct alignas(64) Sums {
  std::int32_t row[kTileRows][kTileQueries];  // of a pair of rows: i and kTileRows + i of a group
};

struct alignas(64) QueryTile {
  Tile bits[2];
  std::int32_t starts[kTileQueries];
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

/// 128 bits of a hash: its words from `first` on, or all four folded. Of a radius it takes a share.
enum class Part { first_half, second_half, fold };
constexpr std::size_t first_word(Part part) { return part == Part::second_half ? 2 : 0; }
constexpr std::int32_t share(Part part, std::int32_t radius) {
  return part == Part::fold ? radius : part == Part::first_half ? radius / 2 : (radius - 1) / 2;
}

/// Bytes stand in the order of a bit's place in its byte: byte m of lane j is bit j of byte m.
template <Part P, std::size_t Words>
void prepare(const std::uint64_t* queries, std::size_t count, const std::int32_t* radii,
             QueryTile& tile) {
  const __m512i one = _mm512_set1_epi8(1);
  std::int32_t ones[kTileQueries] = {};
  for (std::size_t word = 0; word < 2; ++word) {
    alignas(64) std::uint32_t halves[2][kTileQueries] = {};
    for (std::size_t q = 0; q < count; ++q) {
      const std::uint64_t* words = queries + q * Words + first_word(P) + word;
      const std::uint64_t bits = P == Part::fold && Words == 4 ? words[0] ^ words[2] : words[0];
      halves[0][q] = static_cast<std::uint32_t>(bits);
      halves[1][q] = static_cast<std::uint32_t>(bits >> 32);
      ones[q] += static_cast<std::int32_t>(_mm_popcnt_u64(bits));
    }
    for (unsigned bit = 0; bit < 8; ++bit)
      for (std::size_t half = 0; half < 2; ++half) {
        const __m512i set =
            _mm512_and_si512(one, _mm512_srli_epi32(_mm512_load_si512(halves[half]), bit));
        _mm512_store_si512(tile.bits[word].row[2 * bit + half],
                           _mm512_or_si512(one, _mm512_sub_epi8(_mm512_setzero_si512(), set)));
      }
  }
  tile.used = (1u << count) - 1;
  for (std::size_t q = 0; q < kTileQueries; ++q) {
    // 64 + limit - distance of the first row; distance - limit - 1 of the second. A distance over
    // limit + 64 wraps and seems near: rare from a limit of 32 on.
    const std::int32_t wanted = q < count ? share(P, radii[q]) : 0;
    const std::int32_t limit = wanted < 32 ? 32 : wanted;
    tile.starts[q] = ones[q] + limit - 64 + 128 * (ones[q] - limit - 1);
  }
}

/// The second row of a pair is near if a sum is negative, the first if this bit is set.
constexpr std::int32_t kFirstNear = 1 << 6;
inline __m512i either_near() { return _mm512_set1_epi32(INT32_MIN | kFirstNear); }

/// Whether any pair may be near a query of the tile. Nearly always none is.
inline bool any_near(const Sums& sums) {
  __m512i any = _mm512_setzero_si512();
  for (std::size_t row = 0; row < kTileRows; row += 2)
    any = _mm512_ternarylogic_epi32(any, _mm512_load_si512(sums.row[row]),
                                    _mm512_load_si512(sums.row[row + 1]), 0xFE);  // or
  return _mm512_test_epi32_mask(any, either_near()) != 0;
}

/// The 32 rows of a group and queries that belong to one tile of sums.
struct Place {
  const std::uint64_t* group;
  std::uint32_t first_row;
  const std::uint64_t* queries;
  std::uint32_t first_query;
  const std::int32_t* radii;
};

/// Appends the row if it is within the radius; of the two halves the first does it if its own
/// distance is within its share, else the second.
template <Part P, std::size_t Words>
inline RawHit* verify(const Place& place, std::size_t row, std::uint32_t q, RawHit* hits) {
  const std::uint64_t* words =
      place.group + row / kBlockRows * Words * kBlockRows + row % kBlockRows;
  std::int32_t distance = 0;
  for (std::size_t w = 0; w < Words; ++w) {
    distance += static_cast<std::int32_t>(
        _mm_popcnt_u64(words[w * kBlockRows] ^ place.queries[q * Words + w]));
    if (P != Part::fold && w == 1) {
      const bool first_half_near = distance <= share(Part::first_half, place.radii[q]);
      if (first_half_near != (P == Part::first_half)) return hits;
    }
  }
  if (distance <= place.radii[q])
    *hits++ = {place.first_query + q, place.first_row + static_cast<std::uint32_t>(row),
               static_cast<std::uint32_t>(distance)};
  return hits;
}

template <Part P, std::size_t Words>
RawHit* verify_near(const Sums& sums, unsigned used, const Place& place, RawHit* hits) {
  // All masks first: a branch a row would be guessed wrong.
  constexpr std::size_t rows_a_word = 64 / kTileQueries;
  std::uint64_t masks[kTileRows / rows_a_word] = {};
  for (std::size_t i = 0; i < kTileRows; ++i) {
    const unsigned mask =
        _mm512_test_epi32_mask(_mm512_load_si512(sums.row[i]), either_near()) & used;
    masks[i / rows_a_word] |= std::uint64_t{mask} << i % rows_a_word * kTileQueries;
  }
  for (std::size_t word = 0; word < kTileRows / rows_a_word; ++word)
    for (std::uint64_t mask = masks[word]; mask != 0; mask &= mask - 1) {
      const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(mask));
      const std::uint32_t q = bit % kTileQueries;
      const std::size_t first = word * rows_a_word + bit / kTileQueries;
      const std::size_t second = first + kTileRows;
      const std::int32_t sum = sums.row[first][q];
      hits = verify<P, Words>(place, sum < 0 ? second : first, q, hits);
      if (sum < 0 && (sum & kFirstNear) != 0) hits = verify<P, Words>(place, first, q, hits);
    }
  return hits;
}

/// The bits of the 32 rows of a group, one tile a word.
template <Part P, std::size_t Words>
inline void spread(const std::uint64_t* group, Tile (&tiles)[2]) {
  const __m512i right = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
  const __m512i left = _mm512_sub_epi64(_mm512_set1_epi64(7), right);
  const __m512i lowest = _mm512_set1_epi8(1);
  const __m512i ends = _mm512_set1_epi8(static_cast<char>(0x81));
  for (std::size_t word = 0; word < 2; ++word) {
    alignas(64) std::uint64_t rows[2 * kTileRows];
    for (std::size_t block = 0; block < kGroupBlocks; ++block) {
      const std::uint64_t* words = group + (block * Words + first_word(P) + word) * kBlockRows;
      __m512i bits = _mm512_loadu_si512(words);
      if (P == Part::fold && Words == 4)
        bits = _mm512_xor_si512(bits, _mm512_loadu_si512(words + 2 * kBlockRows));
      if (block < kGroupBlocks / 2) bits = _mm512_xor_si512(bits, _mm512_set1_epi64(-1));
      _mm512_store_si512(rows + block * kBlockRows, bits);
    }
    for (std::size_t i = 0; i < kTileRows; ++i) {
      const __m512i first =
          _mm512_srlv_epi64(_mm512_set1_epi64(static_cast<long long>(rows[i])), right);
      const __m512i second =
          _mm512_sllv_epi64(_mm512_set1_epi64(static_cast<long long>(rows[kTileRows + i])), left);
      _mm512_store_si512(  // bit 0 of a byte from the first, bit 7 from the second
          tiles[word].row[i],
          _mm512_and_si512(ends, _mm512_ternarylogic_epi32(lowest, first, second, 0xCA)));
    }
  }
}

/// Tile registers: the rows' bits in 0 and 1, sums in 4, the queries' bits in 6 and 7.
inline void load_rows(const Tile (&tiles)[2]) {
  finish_stores();
  _tile_loadd(0, tiles[0].row, 64);
  _tile_loadd(1, tiles[1].row, 64);
}

inline void multiply(const QueryTile& tile, Sums& sums) {
  _tile_loadd(4, tile.starts, 0);  // the same for every row
  _tile_loadd(6, tile.bits[0].row, 64);
  _tile_dpbusd(4, 0, 6);
  _tile_loadd(7, tile.bits[1].row, 64);
  _tile_dpbusd(4, 1, 7);
  _tile_stored(4, sums.row, 64);
}

/// The bits of so many queries, 32 KB, stay in the first-level cache.
constexpr std::size_t kTilesAtOnce = 16;

template <Part P, std::size_t Words>
RawHit* scan_tiles(const std::uint64_t* rows, std::size_t groups, const std::uint64_t* queries,
                   std::uint32_t first_query, std::size_t count, const std::int32_t* radii,
                   RawHit* hits) {
  QueryTile tiles[kTilesAtOnce];
  const std::size_t tile_count = (count + kTileQueries - 1) / kTileQueries;
  for (std::size_t t = 0; t < tile_count; ++t) {
    const std::size_t left = count - t * kTileQueries;
    prepare<P, Words>(queries + t * kTileQueries * Words, left < kTileQueries ? left : kTileQueries,
                      radii + t * kTileQueries, tiles[t]);
  }
  Tile row_bits[2];
  Sums sums[2];
  for (std::size_t g = 0; g < groups; ++g) {
    const std::uint64_t* group = rows + g * kGroupBlocks * kBlockRows * Words;
    spread<P, Words>(group, row_bits);
    load_rows(row_bits);
    // Sums are looked at one tile late, so that the matrix unit need not wait.
    for (std::size_t t = 0; t <= tile_count; ++t) {
      if (t < tile_count) multiply(tiles[t], sums[t % 2]);
      if (t == 0 || __builtin_expect(!any_near(sums[(t - 1) % 2]), 1)) continue;
      const std::size_t q = (t - 1) * kTileQueries;
      hits = verify_near<P, Words>(
          sums[(t - 1) % 2], tiles[t - 1].used,
          {group, static_cast<std::uint32_t>(g * 2 * kTileRows), queries + q * Words,
           first_query + static_cast<std::uint32_t>(q), radii + q},
          hits);
    }
  }
  return hits;
}

template <Part P, std::size_t Words>
RawHit* scan_part(const std::uint64_t* rows, std::size_t groups, const std::uint64_t* queries,
                  std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  constexpr std::size_t at_once = kTilesAtOnce * kTileQueries;
  for (std::size_t from = 0; from < query_count; from += at_once)
    hits = scan_tiles<P, Words>(
        rows, groups, queries + from * Words, static_cast<std::uint32_t>(from),
        query_count - from < at_once ? query_count - from : at_once, radii + from, hits);
  return hits;
}

template <std::size_t Words>
std::size_t hamming_within(const std::uint64_t* rows, std::size_t blocks,
                           const std::uint64_t* queries, std::size_t query_count,
                           const std::int32_t* radii, RawHit* hits) {
  const auto others = kAvx512Kernels.hamming_within[width_index(Words)];
  std::int32_t largest = -1;
  for (std::size_t q = 0; q < query_count; ++q) largest = radii[q] > largest ? radii[q] : largest;
  if (query_count < kTileQueries || largest > (Words == 4 ? kHalvesPay : kFoldPays))
    return others(rows, blocks, queries, query_count, radii, hits);

  const std::size_t groups = blocks / kGroupBlocks;
  RawHit* end = hits;
  _tile_loadconfig(&kTileConfig);
  if (largest <= kFoldPays) {
    end = scan_part<Part::fold, Words>(rows, groups, queries, query_count, radii, end);
  } else if constexpr (Words == 4) {
    end = scan_part<Part::first_half, Words>(rows, groups, queries, query_count, radii, end);
    end = scan_part<Part::second_half, Words>(rows, groups, queries, query_count, radii, end);
  }
  _tile_release();
  if (blocks % kGroupBlocks != 0) {
    RawHit* rest = end;
    const std::size_t done = groups * kGroupBlocks * kBlockRows;
    end += others(rows + done * Words, blocks % kGroupBlocks, queries, query_count, radii, end);
    for (; rest != end; ++rest) rest->row += static_cast<std::uint32_t>(done);
  }
  return static_cast<std::size_t>(end - hits);
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
