#pragma once

#include <cstddef>
#include <cstdint>

namespace ectype {
enum class CpuLevel;
}

namespace ectype::distance {

/// Rows in a block of the blocked structure-of-arrays layout: a register holds one word of eight
/// rows.
inline constexpr std::size_t kBlockRows = 8;

template <std::size_t Words>
inline constexpr std::size_t kHalfWords = Words == 1 ? 1 : Words / 2;

/// Hashes of 1, 2 or 4 words in blocks, the halves of each apart, so that a search that one half
/// decides reads that half alone. Word w of half h of row r of block b stands at
/// halves[h][(b * kHalfWords + w) * kBlockRows + r]; one word has no second half.
struct HashRows {
  const std::uint64_t* halves[2];
};

// Static: nothing that a linker could merge with code of another instruction set.
template <std::size_t Words>
static inline const std::uint64_t* word_of_block(HashRows rows, std::size_t block,
                                                 std::size_t word) {
  constexpr std::size_t half = kHalfWords<Words>;
  return rows.halves[word / half] + (block * half + word % half) * kBlockRows;
}
template <std::size_t Words>
static inline HashRows from_block(HashRows rows, std::size_t block) {
  rows.halves[0] += block * kHalfWords<Words> * kBlockRows;
  if (Words > 1) rows.halves[1] += block * kHalfWords<Words> * kBlockRows;
  return rows;
}

/// A row within the radius of a query. `row` counts from the first row that the kernel was given.
struct RawHit {
  std::uint32_t query;
  std::uint32_t row;
  std::uint32_t distance;
};

/// Rows in a block of byte columns. Byte c of row r of block b stands at
/// [((b * quads + c / 4) * kByteBlockRows + r) * 4 + c % 4], so that a register of 512 bits holds
/// four bytes of 16 rows; columns are padded with zeros to whole quads.
inline constexpr std::size_t kByteBlockRows = 16;

/// `starts` has one value a row. The values of starts and limits are at most 2^29 in size, and the
/// sums that are added at most 2^27, so that nothing overflows.
struct ByteColumns {
  const std::uint8_t* bytes;
  const std::int32_t* starts;
  std::size_t blocks;
  std::size_t quads;
};

/// A query and a row, both counted from the first one that the kernel was given.
struct RawPair {
  std::uint32_t query;
  std::uint32_t row;
};

/// The pairs of a query (4 * quads bytes, one query after the other) and a row with
/// start of the row + sum <= limits[query]. `pairs` has room for all. Returns how many it wrote, in
/// no particular order.
using ColumnsWithin = std::size_t (*)(const ByteColumns& rows, const std::uint8_t* queries,
                                      std::size_t query_count, const std::int32_t* limits,
                                      RawPair* pairs);
/// Of `pairs` those at distance <= radii[query]; queries and rows are vectors of `size` bytes.
using BytesSelect = std::size_t (*)(const std::uint8_t* queries, const std::uint8_t* rows,
                                    std::size_t size, const RawPair* pairs, std::size_t count,
                                    const std::int32_t* radii, RawHit* hits);

using HammingSelect = std::size_t (*)(const std::uint64_t* query, const std::uint64_t* rows,
                                      const std::uint32_t* ids, std::size_t count,
                                      std::int32_t radius, std::uint32_t number, RawHit* hits);

/// Rows whose words stand in planes: word w of row r at [w * stride + r].
struct Planes {
  const std::uint64_t* words;
  std::size_t stride;  ///< rows a plane has room for, at least kBlockRows - 1 more than are used
};
/// Pairs of a row of [first, first_end) and one of [second, second_end) at distance <= radius, as
/// `query` and `row`. With `upper` only those with query < row. `hits` has room for all pairs.
using HammingJoin = std::size_t (*)(Planes planes, std::uint32_t first, std::uint32_t first_end,
                                    std::uint32_t second, std::uint32_t second_end, bool upper,
                                    std::int32_t radius, RawHit* hits);

/// The kernels of one instruction set, for hashes of 1, 2 or 4 words of 64 bits at [0], [1], [2].
/// Plain C types only: nothing that a linker could merge with code of another instruction set.
struct Kernels {
  const char* name;  ///< as to_string(CpuLevel)

  /// Rows of `blocks` blocks at Hamming distance <= radii[q] (inclusive; < 0: none) of query q, for
  /// all queries. `hits` has room for blocks * kBlockRows * query_count. Returns how many it wrote,
  /// in no particular order.
  std::size_t (*hamming_within[3])(HashRows rows, std::size_t blocks, const std::uint64_t* queries,
                                   std::size_t query_count, const std::int32_t* radii,
                                   RawHit* hits);
  /// The rows ids[0..count) of an array of hashes that stand one after the other, at Hamming
  /// distance
  /// <= radius of the query. `hits` has room for count. Returns how many it wrote, as query
  /// `number`.
  HammingSelect hamming_select[3];
  HammingJoin hamming_join[3];
  /// Distances of one query to `count` rows that stand one after the other.
  void (*hamming_rows[3])(const std::uint64_t* query, const std::uint64_t* rows, std::size_t count,
                          std::uint16_t* distances);
  /// Squared L2 and L1 distances of one vector of `size` bytes (at most 1024) to `count` vectors.
  void (*squared_l2_rows)(const std::uint8_t* query, const std::uint8_t* rows, std::size_t count,
                          std::size_t size, std::uint32_t* distances);
  void (*l1_rows)(const std::uint8_t* query, const std::uint8_t* rows, std::size_t count,
                  std::size_t size, std::uint32_t* distances);
  /// Sums of products: an unsigned byte of the row times a signed byte of the query.
  ColumnsWithin products_within;
  /// Sums of absolute differences of unsigned bytes.
  ColumnsWithin differences_within;
  BytesSelect squared_l2_select;
  BytesSelect l1_select;
};

extern const Kernels kScalarKernels;
#ifdef ECTYPE_X86_KERNELS
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif
#ifdef ECTYPE_AMX_KERNELS
/// Those of AVX-512, with the matrix unit for many queries.
Kernels make_amx_kernels();
#endif
#ifdef ECTYPE_ARM_KERNELS
extern const Kernels kNeonKernels;
#endif

/// Kernels of a level; throws Error (invalid_argument) where the machine lacks it.
const Kernels& kernels(CpuLevel level);
/// Kernels of `active_cpu_level()`.
const Kernels& kernels();

/// Index into the arrays of `Kernels`.
static constexpr std::size_t width_index(std::size_t words) { return words == 4 ? 2 : words - 1; }

}  // namespace ectype::distance
