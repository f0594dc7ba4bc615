// Byte vectors in columns: many rows and many queries at once. Part of kernels_body.hpp; needs
//   Sums: 32-bit sums of 16 rows; load_sums, subtract(sums, number), either (bitwise or),
//     negative: a bit mask of the rows whose sum is below zero,
//   Quads: four bytes of 16 rows; load_quads, broadcast_quad,
//   add_products(sums, rows, query), add_differences(sums, rows, query): over the four bytes,
//   kTileBlocks, kTileQueries: how many sums the registers hold.

struct Products {
  static Sums add(Sums sums, Quads rows, Quads query) { return add_products(sums, rows, query); }
};
struct Differences {
  static Sums add(Sums sums, Quads rows, Quads query) { return add_differences(sums, rows, query); }
};

template <typename Step, std::size_t Blocks, std::size_t Queries>
inline RawPair* scan_tile(const ByteColumns& rows, std::size_t block, const std::uint8_t* queries,
                          std::size_t query, const std::int32_t* limits, RawPair* pairs) {
  const std::size_t width = 4 * rows.quads;
  const std::size_t block_bytes = width * kByteBlockRows;
  // Less the limit from the start, so that one test of the signs tells whether any is within.
  Sums sums[Blocks][Queries];
#pragma GCC unroll 4
  for (std::size_t b = 0; b < Blocks; ++b)
#pragma GCC unroll 4
    for (std::size_t q = 0; q < Queries; ++q)
      sums[b][q] =
          subtract(load_sums(rows.starts + (block + b) * kByteBlockRows), limits[query + q] + 1);
  const std::uint8_t* bytes = rows.bytes + block * block_bytes;
  const std::uint8_t* wanted = queries + query * width;
  for (std::size_t quad = 0; quad < rows.quads; ++quad) {
    Quads row[Blocks];
#pragma GCC unroll 4
    for (std::size_t b = 0; b < Blocks; ++b)
      row[b] = load_quads(bytes + b * block_bytes + quad * 4 * kByteBlockRows);
#pragma GCC unroll 4
    for (std::size_t q = 0; q < Queries; ++q) {
      const Quads values = broadcast_quad(wanted + q * width + 4 * quad);
#pragma GCC unroll 4
      for (std::size_t b = 0; b < Blocks; ++b) sums[b][q] = Step::add(sums[b][q], row[b], values);
    }
  }
  Sums any = sums[0][0];
#pragma GCC unroll 4
  for (std::size_t b = 0; b < Blocks; ++b)
#pragma GCC unroll 4
    for (std::size_t q = 0; q < Queries; ++q) any = either(any, sums[b][q]);
  if (negative(any) == 0) return pairs;
#pragma GCC unroll 4
  for (std::size_t b = 0; b < Blocks; ++b)
#pragma GCC unroll 4
    for (std::size_t q = 0; q < Queries; ++q)
      for (unsigned mask = negative(sums[b][q]); mask != 0; mask &= mask - 1)
        *pairs++ = {static_cast<std::uint32_t>(query + q),
                    static_cast<std::uint32_t>((block + b) * kByteBlockRows) +
                        static_cast<std::uint32_t>(__builtin_ctz(mask))};
  return pairs;
}

template <typename Step, std::size_t Blocks>
inline RawPair* scan_blocks(const ByteColumns& rows, std::size_t block, const std::uint8_t* queries,
                            std::size_t query_count, const std::int32_t* limits, RawPair* pairs) {
  std::size_t q = 0;
  for (; q + kTileQueries <= query_count; q += kTileQueries)
    pairs = scan_tile<Step, Blocks, kTileQueries>(rows, block, queries, q, limits, pairs);
  for (; q < query_count; ++q)
    pairs = scan_tile<Step, Blocks, 1>(rows, block, queries, q, limits, pairs);
  return pairs;
}

template <typename Step>
std::size_t columns_within(const ByteColumns& rows, const std::uint8_t* queries,
                           std::size_t query_count, const std::int32_t* limits, RawPair* pairs) {
  RawPair* end = pairs;
  std::size_t b = 0;
  for (; b + kTileBlocks <= rows.blocks; b += kTileBlocks)
    end = scan_blocks<Step, kTileBlocks>(rows, b, queries, query_count, limits, end);
  for (; b < rows.blocks; ++b)
    end = scan_blocks<Step, 1>(rows, b, queries, query_count, limits, end);
  return static_cast<std::size_t>(end - pairs);
}

/// Few rows get this far: the hardware cannot guess which.
inline constexpr std::size_t kPairsAhead = 16;

template <std::uint32_t (*Distance)(const std::uint8_t*, const std::uint8_t*, std::size_t)>
std::size_t bytes_select(const std::uint8_t* queries, const std::uint8_t* rows, std::size_t size,
                         const RawPair* pairs, std::size_t count, const std::int32_t* radii,
                         RawHit* hits) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const RawPair pair = pairs[i];
    if (i + kPairsAhead < count) {
      const std::uint8_t* ahead = rows + pairs[i + kPairsAhead].row * size;
      for (std::size_t at = 0; at < size; at += 64) __builtin_prefetch(ahead + at);
    }
    const std::uint32_t distance =
        Distance(queries + pair.query * size, rows + pair.row * size, size);
    hits[found] = {pair.query, pair.row, distance};
    found += static_cast<std::int32_t>(distance) <= radii[pair.query] ? 1 : 0;
  }
  return found;
}
