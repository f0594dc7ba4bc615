// The one body of all kernels. Included by one translation unit an instruction set, inside an
// anonymous namespace, after it has defined `Lanes`: eight 64-bit lanes with
//   zero, load, store, broadcast, `differ` (exclusive or), per-lane `popcount`, `add`,
//   within(sums, limits): a bit mask of the lanes with sums <= limits, a value of `broadcast`,
// the byte kernels squared_l2 and l1, and what byte_columns_body.hpp names. Sums, which only
// `popcount` and `add` make, may have a form of their own until `store` and `within` see them. No
// standard library: see kernels.hpp.

template <std::size_t Words>
inline Lanes partial_distance(HashRows rows, std::size_t block, const std::uint64_t* query,
                              std::size_t from, std::size_t to, Lanes sum) {
  for (std::size_t w = from; w < to; ++w)
    sum =
        add(sum, popcount(differ(load(word_of_block<Words>(rows, block, w)), broadcast(query[w]))));
  return sum;
}

/// The distance over the first half never exceeds that over both: where it is over the radius in
/// every lane, the other half is not read. It pays where the radius is small.
template <std::size_t Words>
inline constexpr std::int32_t kPrefixPays = Words == 4   ? 48
                                            : Words == 2 ? 16
                                                         : -1;

template <std::size_t Words, bool PrefixFirst>
inline RawHit* scan_block(HashRows rows, std::size_t block, const std::uint64_t* queries,
                          std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  constexpr std::size_t prefix = PrefixFirst ? kHalfWords<Words> : Words;
  const auto row = static_cast<std::uint32_t>(block * kBlockRows);
  for (std::size_t q = 0; q < query_count; ++q) {
    if (radii[q] < 0) continue;
    const std::uint64_t* query = queries + q * Words;
    const Lanes limit = broadcast(static_cast<std::uint64_t>(radii[q]));
    Lanes sum = partial_distance<Words>(rows, block, query, 0, prefix, zero());
    unsigned mask = within(sum, limit);
    if (mask == 0) continue;
    if (PrefixFirst) {
      sum = partial_distance<Words>(rows, block, query, prefix, Words, sum);
      mask = within(sum, limit);
      if (mask == 0) continue;
    }
    std::uint64_t distances[kBlockRows];
    store(distances, sum);
    for (; mask != 0; mask &= mask - 1) {
      const auto lane = static_cast<std::uint32_t>(__builtin_ctz(mask));
      *hits++ = {static_cast<std::uint32_t>(q), row + lane,
                 static_cast<std::uint32_t>(distances[lane])};
    }
  }
  return hits;
}

/// 1 KB of a half; past the end of the rows it does nothing.
template <std::size_t Words>
inline constexpr std::size_t kPrefetchBlocks = 1024 / (kHalfWords<Words> * kBlockRows * 8);

template <std::size_t Words>
std::size_t hamming_within(HashRows rows, std::size_t blocks, const std::uint64_t* queries,
                           std::size_t query_count, const std::int32_t* radii, RawHit* hits) {
  std::int32_t largest = -1;
  for (std::size_t q = 0; q < query_count; ++q) largest = radii[q] > largest ? radii[q] : largest;
  const bool prefix_first = largest <= kPrefixPays<Words>;
  RawHit* end = hits;
  for (std::size_t b = 0; b < blocks; ++b) {
    // One query is bound by memory, and the hardware's prefetcher alone does not keep up.
    if (query_count == 1)
      for (std::size_t w = 0; w < (prefix_first ? kHalfWords<Words> : Words); ++w)
        __builtin_prefetch(word_of_block<Words>(rows, b + kPrefetchBlocks<Words>, w));
    end = prefix_first ? scan_block<Words, true>(rows, b, queries, query_count, radii, end)
                       : scan_block<Words, false>(rows, b, queries, query_count, radii, end);
  }
  return static_cast<std::size_t>(end - hits);
}

template <std::size_t Words>
void hamming_rows(const std::uint64_t* query, const std::uint64_t* rows, std::size_t count,
                  std::uint16_t* distances) {
  for (std::size_t i = 0; i < count; ++i) {
    unsigned distance = 0;
    for (std::size_t w = 0; w < Words; ++w)
      distance += static_cast<unsigned>(popcount_word(rows[i * Words + w] ^ query[w]));
    distances[i] = static_cast<std::uint16_t>(distance);
  }
}

template <std::size_t Words>
std::size_t hamming_select(const std::uint64_t* query, const std::uint64_t* rows,
                           const std::uint32_t* ids, std::size_t count, std::int32_t radius,
                           std::uint32_t number, RawHit* hits) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t* row = rows + std::size_t{ids[i]} * Words;
    std::uint32_t distance = 0;
    for (std::size_t w = 0; w < Words; ++w)
      distance += static_cast<std::uint32_t>(popcount_word(row[w] ^ query[w]));
    // Written always, kept if near: few are, and a branch would be guessed wrong.
    hits[found] = {number, ids[i], distance};
    found += static_cast<std::int32_t>(distance) <= radius ? 1 : 0;
  }
  return found;
}

template <std::size_t Words>
std::size_t hamming_join(Planes planes, std::uint32_t first, std::uint32_t first_end,
                         std::uint32_t second, std::uint32_t second_end, bool upper,
                         std::int32_t radius, RawHit* hits) {
  constexpr std::size_t prefix = Words == 4 ? 2 : Words;
  const Lanes limit = broadcast(static_cast<std::uint64_t>(radius));
  RawHit* end = hits;
  for (std::uint32_t a = first; a < first_end; ++a) {
    const auto add_words = [&](std::uint32_t b, std::size_t from, std::size_t to, Lanes sum) {
      for (std::size_t w = from; w < to; ++w) {
        const std::uint64_t* plane = planes.words + w * planes.stride;
        sum = add(sum, popcount(differ(broadcast(plane[a]), load(plane + b))));
      }
      return sum;
    };
    for (std::uint32_t b = upper ? a + 1 : second; b < second_end; b += kBlockRows) {
      // The distance over some words never exceeds that over all.
      Lanes sum = add_words(b, 0, prefix, zero());
      unsigned mask = within(sum, limit);
      if (mask == 0) continue;
      sum = add_words(b, prefix, Words, sum);
      mask = within(sum, limit);
      if (second_end - b < kBlockRows) mask &= (1u << (second_end - b)) - 1;
      if (mask == 0) continue;
      std::uint64_t distances[kBlockRows];
      store(distances, sum);
      for (; mask != 0; mask &= mask - 1) {
        const auto lane = static_cast<std::uint32_t>(__builtin_ctz(mask));
        *end++ = {a, b + lane, static_cast<std::uint32_t>(distances[lane])};
      }
    }
  }
  return static_cast<std::size_t>(end - hits);
}

void squared_l2_rows(const std::uint8_t* query, const std::uint8_t* rows, std::size_t count,
                     std::size_t size, std::uint32_t* distances) {
  for (std::size_t i = 0; i < count; ++i) distances[i] = squared_l2(query, rows + i * size, size);
}

void l1_rows(const std::uint8_t* query, const std::uint8_t* rows, std::size_t count,
             std::size_t size, std::uint32_t* distances) {
  for (std::size_t i = 0; i < count; ++i) distances[i] = l1(query, rows + i * size, size);
}

#include "distance/byte_columns_body.hpp"

constexpr Kernels make_kernels(const char* name) {
  return {name,
          {hamming_within<1>, hamming_within<2>, hamming_within<4>},
          {hamming_select<1>, hamming_select<2>, hamming_select<4>},
          {hamming_join<1>, hamming_join<2>, hamming_join<4>},
          {hamming_rows<1>, hamming_rows<2>, hamming_rows<4>},
          squared_l2_rows,
          l1_rows,
          columns_within<Products>,
          columns_within<Differences>,
          bytes_select<squared_l2>,
          bytes_select<l1>};
}

// What is left of a vector after the last whole register.
inline std::uint32_t squared_l2_tail(const std::uint8_t* a, const std::uint8_t* b, std::size_t from,
                                     std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = from; i < size; ++i) {
    const int difference = static_cast<int>(a[i]) - static_cast<int>(b[i]);
    sum += static_cast<std::uint32_t>(difference * difference);
  }
  return sum;
}

inline std::uint32_t l1_tail(const std::uint8_t* a, const std::uint8_t* b, std::size_t from,
                             std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = from; i < size; ++i)
    sum += static_cast<std::uint32_t>(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
  return sum;
}
