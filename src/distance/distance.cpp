#include "ectype/distance.hpp"

#include "distance/kernels.hpp"

#include <algorithm>
#include <string>

namespace ectype {
namespace {

/// Rows of this size stay in the first-level cache while all queries look at them.
constexpr std::size_t kBytesInCache = 16 << 10;

void require_size(std::size_t actual, std::size_t expected) {
  if (actual != expected)
    throw Error(ErrorCode::invalid_argument, "the output has room for " + std::to_string(actual) +
                                                 " distances; give " + std::to_string(expected));
}

template <std::size_t Bits>
const std::uint64_t* words_of(const BitHash<Bits>* hashes) {
  static_assert(sizeof(BitHash<Bits>) == Bits / 8);
  return reinterpret_cast<const std::uint64_t*>(hashes);
}

template <typename Kernel>
void byte_distances(Kernel kernel, std::span<const std::uint8_t> queries,
                    std::span<const std::uint8_t> rows, std::size_t size,
                    std::span<std::uint32_t> out) {
  if (size == 0 || size > 1024 || queries.size() % size != 0 || rows.size() % size != 0)
    throw Error(ErrorCode::invalid_argument, std::to_string(queries.size()) + " and " +
                                                 std::to_string(rows.size()) +
                                                 " bytes are not whole vectors of " +
                                                 std::to_string(size) + " (1 to 1024) bytes");
  const std::size_t query_count = queries.size() / size;
  const std::size_t row_count = rows.size() / size;
  require_size(out.size(), query_count * row_count);
  const std::size_t at_once = std::max<std::size_t>(1, kBytesInCache / size);
  for (std::size_t first = 0; first < row_count; first += at_once) {
    const std::size_t count = std::min(at_once, row_count - first);
    for (std::size_t q = 0; q < query_count; ++q)
      kernel(queries.data() + q * size, rows.data() + first * size, count, size,
             out.data() + q * row_count + first);
  }
}

}  // namespace

template <std::size_t Bits>
void hamming_distances(const BitHash<Bits>& query, std::span<const BitHash<Bits>> rows,
                       std::span<std::uint16_t> out) {
  hamming_distances<Bits>(std::span(&query, 1), rows, out);
}

template <std::size_t Bits>
void hamming_distances(std::span<const BitHash<Bits>> queries, std::span<const BitHash<Bits>> rows,
                       std::span<std::uint16_t> out) {
  require_size(out.size(), queries.size() * rows.size());
  constexpr std::size_t at_once = kBytesInCache / BitHash<Bits>::bytes;
  const auto kernel = distance::kernels().hamming_rows[distance::width_index(Bits / 64)];
  for (std::size_t first = 0; first < rows.size(); first += at_once) {
    const std::size_t count = std::min(at_once, rows.size() - first);
    for (std::size_t q = 0; q < queries.size(); ++q)
      kernel(words_of(&queries[q]), words_of(rows.data() + first), count,
             out.data() + q * rows.size() + first);
  }
}

#define ECTYPE_INSTANTIATE(BITS)                                                       \
  template ECTYPE_API void hamming_distances<BITS>(                                    \
      const BitHash<BITS>&, std::span<const BitHash<BITS>>, std::span<std::uint16_t>); \
  template ECTYPE_API void hamming_distances<BITS>(                                    \
      std::span<const BitHash<BITS>>, std::span<const BitHash<BITS>>, std::span<std::uint16_t>);
ECTYPE_INSTANTIATE(64)
ECTYPE_INSTANTIATE(128)
ECTYPE_INSTANTIATE(256)
#undef ECTYPE_INSTANTIATE

void squared_l2_distances(std::span<const std::uint8_t> query, std::span<const std::uint8_t> rows,
                          std::span<std::uint32_t> out) {
  squared_l2_distances(query, rows, query.size(), out);
}

void squared_l2_distances(std::span<const std::uint8_t> queries, std::span<const std::uint8_t> rows,
                          std::size_t size, std::span<std::uint32_t> out) {
  byte_distances(distance::kernels().squared_l2_rows, queries, rows, size, out);
}

void l1_distances(std::span<const std::uint8_t> query, std::span<const std::uint8_t> rows,
                  std::span<std::uint32_t> out) {
  l1_distances(query, rows, query.size(), out);
}

void l1_distances(std::span<const std::uint8_t> queries, std::span<const std::uint8_t> rows,
                  std::size_t size, std::span<std::uint32_t> out) {
  byte_distances(distance::kernels().l1_rows, queries, rows, size, out);
}

}  // namespace ectype
