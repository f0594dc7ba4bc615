#include "distance/kernels.hpp"

#include <immintrin.h>

// Many queries of 128 or 256 bits by the matrix unit. The bits of a row are bytes 0 or 1, those of
// a query 1 or -1, so that row * query + the number of ones of the query is the Hamming distance.
// Two rows share a product, at the price of one: the bits of the first are complemented, those of
// the second count 128-fold. A sum then holds, from a constant of the query on,
//   128 * (distance of the second) - (distance of the first),
// and its lower field has 7 bits, enough for 128 bits of a hash. What they say of the whole hash is
// the `Rule`. A field that wraps can only seem nearer. What seems near is a candidate; its distance
// is counted.

namespace ectype::distance {
namespace {

/// When a row of 256 bits is a candidate. Each rule sees more rows than the one before, and more
/// exactly.
enum class Rule {
  fold,         ///< the halves folded by XOR are within the radius: a fold never raises a distance
  either_half,  ///< the first half is within r / 2, or the second within (r - 1) / 2
  whole,        ///< the distances of both halves add up to the radius or less
};
constexpr std::size_t part_count(Rule rule) { return rule == Rule::fold ? 1 : 2; }

/// Random hashes are 64 +- 5.7 apart over 128 bits: at these radii one tile in five has a
/// candidate. Hashes of 128 bits are their own fold.
constexpr std::int32_t kFoldPays = 44;
constexpr std::int32_t kEitherHalfPays = 86;
constexpr std::int32_t kWholePays = 102;

constexpr std::size_t kTileRows = 16;
constexpr std::size_t kGroupBlocks = 2 * kTileRows / kBlockRows;
constexpr std::size_t kTileQueries = 16;

struct alignas(64) Tile {
  std::uint8_t row[16][64];
};
struct alignas(64) Sums {
  std::int32_t row[kTileRows][kTileQueries];  // of a pair of rows: i and kTileRows + i of a group
};

/// 128 bits, a tile a word.
struct Part {
  Tile word[2];
};

template <Rule R>
struct alignas(64) QueryTile {
  Part parts[part_count(R)];
  std::int32_t starts[part_count(R)][kTileQueries];
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

/// Whether a part has the words of both halves.
template <Rule R, std::size_t Words>
inline constexpr bool kFolds = (R == Rule::fold) && (Words == 4);

/// Bytes stand in the order of a bit's place in its byte: byte m of lane j is bit j of byte m.
/// Returns the number of ones of each query.
template <Rule R, std::size_t Words>
void spread_queries(const std::uint64_t* queries, std::size_t count, std::size_t part, Part& out,
                    std::int32_t (&ones)[kTileQueries]) {
  const __m512i one = _mm512_set1_epi8(1);
  for (std::size_t word = 0; word < 2; ++word) {
    alignas(64) std::uint32_t halves[2][kTileQueries] = {};
    for (std::size_t q = 0; q < count; ++q) {
      const std::uint64_t* words = queries + q * Words + 2 * part + word;
      const std::uint64_t bits = kFolds<R, Words> ? words[0] ^ words[2] : words[0];
      halves[0][q] = static_cast<std::uint32_t>(bits);
      halves[1][q] = static_cast<std::uint32_t>(bits >> 32);
      ones[q] += static_cast<std::int32_t>(_mm_popcnt_u64(bits));
    }
    for (unsigned bit = 0; bit < 8; ++bit)
      for (std::size_t half = 0; half < 2; ++half) {
        const __m512i set =
            _mm512_and_si512(one, _mm512_srli_epi32(_mm512_load_si512(halves[half]), bit));
        _mm512_store_si512(out.word[word].row[2 * bit + half],
                           _mm512_or_si512(one, _mm512_sub_epi8(_mm512_setzero_si512(), set)));
      }
  }
}

/// What a sum starts at to become 128 * (distance of the second) - (distance of the first) + plus.
constexpr std::int32_t start(std::int32_t ones, std::int32_t plus) {
  return 129 * ones + plus - 128;
}
constexpr std::int32_t at_least(std::int32_t least, std::int32_t value) {
  return value < least ? least : value;
}

/// Starts so that of `near_word` bit 6 says of the first row of a pair that it is near, and the
/// sign of the second. 7 bits wrap at distances over limit + 64; the least limits make that rare.
template <Rule R, std::size_t Words>
void prepare(const std::uint64_t* queries, std::size_t count, const std::int32_t* radii,
             QueryTile<R>& tile) {
  tile.used = (1u << count) - 1;
  for (std::size_t part = 0; part < part_count(R); ++part) {
    std::int32_t ones[kTileQueries] = {};
    spread_queries<R, Words>(queries, count, part, tile.parts[part], ones);
    for (std::size_t q = 0; q < kTileQueries; ++q) {
      const std::int32_t radius = q < count ? radii[q] : 0;
      std::int32_t plus = 0;
      if (R == Rule::whole) {
        // Of a distance over limit - 64 the sum of both parts tells, 64 + limit - distance; of one
        // below, which would wrap, the first half alone. Two more for what the first row carries.
        const std::int32_t limit = at_least(96, radius);
        const std::int32_t alone = limit - 64;
        plus = part == 0 ? 64 + alone : limit - alone - 128 * (limit + 2);
      } else {
        const std::int32_t share = R == Rule::fold ? radius : (radius - (part == 1 ? 1 : 0)) / 2;
        const std::int32_t limit = at_least(32, share);
        plus = 64 + limit - 128 * (limit + 1);
      }
      tile.starts[part][q] = start(ones[q], plus);
    }
  }
}

constexpr std::int32_t kFirstNear = 1 << 6;

/// Of a pair of rows and 16 queries.
template <Rule R>
inline __m512i near_word(const Sums (&sums)[part_count(R)], std::size_t row) {
  const __m512i a = _mm512_load_si512(sums[0].row[row]);
  if constexpr (R == Rule::fold) return a;
  const __m512i b = _mm512_load_si512(sums[part_count(R) - 1].row[row]);
  return _mm512_or_si512(a, R == Rule::whole ? _mm512_add_epi32(a, b) : b);
}

/// Whether any pair may be near a query of the tile. Nearly always none is.
template <Rule R>
inline bool any_near(const Sums (&sums)[part_count(R)]) {
  __m512i any = _mm512_setzero_si512();
  for (std::size_t row = 0; row < kTileRows; row += 2)
    any = _mm512_ternarylogic_epi32(any, near_word<R>(sums, row), near_word<R>(sums, row + 1),
                                    0xFE);  // or
  return _mm512_test_epi32_mask(any, _mm512_set1_epi32(INT32_MIN | kFirstNear)) != 0;
}

/// The 32 rows of a group and queries that belong to one tile of sums.
struct Place {
  HashRows group;
  std::uint32_t first_row;
  const std::uint64_t* queries;
  std::uint32_t first_query;
  const std::int32_t* radii;
};

template <std::size_t Words>
inline RawHit* verify(const Place& place, std::size_t row, std::uint32_t q, RawHit* hits) {
  std::int32_t distance = 0;
  for (std::size_t w = 0; w < Words; ++w)
    distance += static_cast<std::int32_t>(
        _mm_popcnt_u64(word_of_block<Words>(place.group, row / kBlockRows, w)[row % kBlockRows] ^
                       place.queries[q * Words + w]));
  if (distance <= place.radii[q])
    *hits++ = {place.first_query + q, place.first_row + static_cast<std::uint32_t>(row),
               static_cast<std::uint32_t>(distance)};
  return hits;
}

template <Rule R, std::size_t Words>
RawHit* verify_near(const Sums (&sums)[part_count(R)], unsigned used, const Place& place,
                    RawHit* hits) {
  // All masks first: a branch a row would be guessed wrong.
  constexpr std::size_t rows_a_word = 64 / kTileQueries;
  std::uint64_t masks[2 * kTileRows / rows_a_word] = {};
  for (std::size_t i = 0; i < kTileRows; ++i) {
    const __m512i near = near_word<R>(sums, i);
    const unsigned first = _mm512_test_epi32_mask(near, _mm512_set1_epi32(kFirstNear));
    const unsigned second = _mm512_movepi32_mask(near);
    const std::size_t shift = i % rows_a_word * kTileQueries;
    masks[i / rows_a_word] |= std::uint64_t{first & used} << shift;
    masks[(kTileRows + i) / rows_a_word] |= std::uint64_t{second & used} << shift;
  }
  for (std::size_t word = 0; word < 2 * kTileRows / rows_a_word; ++word)
    for (std::uint64_t mask = masks[word]; mask != 0; mask &= mask - 1) {
      const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(mask));
      hits =
          verify<Words>(place, word * rows_a_word + bit / kTileQueries, bit % kTileQueries, hits);
    }
  return hits;
}

/// The bits of the 32 rows of a group.
template <Rule R, std::size_t Words>
inline void spread_rows(HashRows group, std::size_t part, Part& out) {
  const __m512i right = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
  const __m512i left = _mm512_sub_epi64(_mm512_set1_epi64(7), right);
  const __m512i lowest = _mm512_set1_epi8(1);
  const __m512i ends = _mm512_set1_epi8(static_cast<char>(0x81));
  for (std::size_t word = 0; word < 2; ++word) {
    alignas(64) std::uint64_t rows[2 * kTileRows];
    for (std::size_t block = 0; block < kGroupBlocks; ++block) {
      const auto load = [&](std::size_t w) {
        return _mm512_loadu_si512(word_of_block<Words>(group, block, w));
      };
      __m512i bits = load(2 * part + word);
      if constexpr (kFolds<R, Words>) bits = _mm512_xor_si512(bits, load(word + 2));
      if (block < kGroupBlocks / 2) bits = _mm512_xor_si512(bits, _mm512_set1_epi64(-1));
      _mm512_store_si512(rows + block * kBlockRows, bits);
    }
    for (std::size_t i = 0; i < kTileRows; ++i) {
      const __m512i first =
          _mm512_srlv_epi64(_mm512_set1_epi64(static_cast<long long>(rows[i])), right);
      const __m512i second =
          _mm512_sllv_epi64(_mm512_set1_epi64(static_cast<long long>(rows[kTileRows + i])), left);
      _mm512_store_si512(  // bit 0 of a byte from the first, bit 7 from the second
          out.word[word].row[i],
          _mm512_and_si512(ends, _mm512_ternarylogic_epi32(lowest, first, second, 0xCA)));
    }
  }
}

/// Tile registers: the rows' bits in 0 to 3, sums in 4 and 5, the queries' bits in 6 and 7.
template <Rule R>
inline void load_rows(const Part (&parts)[part_count(R)]) {
  finish_stores();
  _tile_loadd(0, parts[0].word[0].row, 64);
  _tile_loadd(1, parts[0].word[1].row, 64);
  if constexpr (part_count(R) == 2) {
    _tile_loadd(2, parts[1].word[0].row, 64);
    _tile_loadd(3, parts[1].word[1].row, 64);
  }
}

template <Rule R>
inline void multiply(const QueryTile<R>& tile, Sums (&sums)[part_count(R)]) {
  _tile_loadd(4, tile.starts[0], 0);  // the same for every row
  _tile_loadd(6, tile.parts[0].word[0].row, 64);
  _tile_dpbusd(4, 0, 6);
  _tile_loadd(7, tile.parts[0].word[1].row, 64);
  _tile_dpbusd(4, 1, 7);
  if constexpr (part_count(R) == 2) {
    _tile_loadd(5, tile.starts[1], 0);
    _tile_loadd(6, tile.parts[1].word[0].row, 64);
    _tile_dpbusd(5, 2, 6);
    _tile_loadd(7, tile.parts[1].word[1].row, 64);
    _tile_dpbusd(5, 3, 7);
  }
  _tile_stored(4, sums[0].row, 64);
  if constexpr (part_count(R) == 2) _tile_stored(5, sums[1].row, 64);
}

/// The bits of so many queries, 32 KB, stay in the first-level cache.
template <Rule R>
inline constexpr std::size_t kTilesAtOnce = 16 / part_count(R);

template <Rule R, std::size_t Words>
RawHit* scan_tiles(HashRows rows, std::size_t groups, const std::uint64_t* queries,
                   std::uint32_t first_query, std::size_t count, const std::int32_t* radii,
                   RawHit* hits) {
  QueryTile<R> tiles[kTilesAtOnce<R>];
  const std::size_t tile_count = (count + kTileQueries - 1) / kTileQueries;
  for (std::size_t t = 0; t < tile_count; ++t) {
    const std::size_t left = count - t * kTileQueries;
    prepare<R, Words>(queries + t * kTileQueries * Words, left < kTileQueries ? left : kTileQueries,
                      radii + t * kTileQueries, tiles[t]);
  }
  Part row_bits[part_count(R)];
  Sums sums[2][part_count(R)];
  for (std::size_t g = 0; g < groups; ++g) {
    const HashRows group = from_block<Words>(rows, g * kGroupBlocks);
    for (std::size_t part = 0; part < part_count(R); ++part)
      spread_rows<R, Words>(group, part, row_bits[part]);
    load_rows<R>(row_bits);
    // Sums are looked at one tile late, so that the matrix unit need not wait.
    for (std::size_t t = 0; t <= tile_count; ++t) {
      if (t < tile_count) multiply<R>(tiles[t], sums[t % 2]);
      if (t == 0 || __builtin_expect(!any_near<R>(sums[(t - 1) % 2]), 1)) continue;
      const std::size_t q = (t - 1) * kTileQueries;
      hits = verify_near<R, Words>(
          sums[(t - 1) % 2], tiles[t - 1].used,
          {group, static_cast<std::uint32_t>(g * 2 * kTileRows), queries + q * Words,
           first_query + static_cast<std::uint32_t>(q), radii + q},
          hits);
    }
  }
  return hits;
}

template <Rule R, std::size_t Words>
RawHit* scan_groups(HashRows rows, std::size_t groups, const std::uint64_t* queries,
                    std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  constexpr std::size_t at_once = kTilesAtOnce<R> * kTileQueries;
  _tile_loadconfig(&kTileConfig);
  for (std::size_t from = 0; from < query_count; from += at_once)
    hits = scan_tiles<R, Words>(
        rows, groups, queries + from * Words, static_cast<std::uint32_t>(from),
        query_count - from < at_once ? query_count - from : at_once, radii + from, hits);
  _tile_release();
  return hits;
}

using Scan = RawHit* (*)(HashRows, std::size_t, const std::uint64_t*, std::size_t,
                         const std::int32_t*, RawHit*);

/// By the first rule that pays at the largest radius of a tile; null if none does.
template <std::size_t Words>
Scan scan_for(const std::int32_t* radii, std::size_t count) {
  std::int32_t largest = -1;
  for (std::size_t q = 0; q < count && q < kTileQueries; ++q)
    largest = radii[q] > largest ? radii[q] : largest;
  if (largest <= kFoldPays) return scan_groups<Rule::fold, Words>;
  if (Words == 2 || largest > kWholePays) return nullptr;
  return largest <= kEitherHalfPays ? scan_groups<Rule::either_half, 4>
                                    : scan_groups<Rule::whole, 4>;
}

/// Queries for which `scan` is the right one, some of them; null: those of the vector unit.
template <std::size_t Words>
RawHit* scan_run(Scan scan, HashRows rows, std::size_t blocks, const std::uint64_t* queries,
                 std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  const std::size_t groups = scan == nullptr ? 0 : blocks / kGroupBlocks;
  if (groups > 0) hits = scan(rows, groups, queries, query_count, radii, hits);
  const std::size_t done = groups * kGroupBlocks;
  if (done == blocks) return hits;
  RawHit* rest = hits;
  hits += kAvx512Kernels.hamming_within[width_index(Words)](
      from_block<Words>(rows, done), blocks - done, queries, query_count, radii, hits);
  for (; rest != hits; ++rest) rest->row += static_cast<std::uint32_t>(done * kBlockRows);
  return hits;
}

/// Radii may differ: tiles in a row that go by the same rule are taken together.
template <std::size_t Words>
std::size_t hamming_within(HashRows rows, std::size_t blocks, const std::uint64_t* queries,
                           std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  if (query_count < kTileQueries)
    return kAvx512Kernels.hamming_within[width_index(Words)](rows, blocks, queries, query_count,
                                                             radii, hits);
  RawHit* end = hits;
  for (std::size_t from = 0, to = 0; from < query_count; from = to) {
    const Scan scan = scan_for<Words>(radii + from, query_count - from);
    do to += kTileQueries;
    while (to < query_count && scan_for<Words>(radii + to, query_count - to) == scan);
    to = to < query_count ? to : query_count;
    RawHit* run = end;
    end = scan_run<Words>(scan, rows, blocks, queries + from * Words, to - from, radii + from, end);
    for (; run != end; ++run) run->query += static_cast<std::uint32_t>(from);
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
