#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ectype {

// Distances in bulk, with the best kernels of this machine (see cpu.hpp). One to one:
// hamming_distance in bit_hash.hpp, squared_l2_distance and l1_distance in byte_hash.hpp. All are
// thread-safe, and throw Error (invalid_argument) where the sizes do not fit.

/// out[i] = Hamming distance of `query` and rows[i]; out.size() == rows.size().
template <std::size_t Bits>
ECTYPE_API void hamming_distances(const BitHash<Bits>& query, std::span<const BitHash<Bits>> rows,
                                  std::span<std::uint16_t> out);

/// out[q * rows.size() + i] = Hamming distance of queries[q] and rows[i].
template <std::size_t Bits>
ECTYPE_API void hamming_distances(std::span<const BitHash<Bits>> queries,
                                  std::span<const BitHash<Bits>> rows,
                                  std::span<std::uint16_t> out);

/// out[i] = squared L2 distance of `query` and the i-th vector of `rows`, vectors of query.size()
/// (1 to 1024) bytes one after the other.
ECTYPE_API void squared_l2_distances(std::span<const std::uint8_t> query,
                                     std::span<const std::uint8_t> rows,
                                     std::span<std::uint32_t> out);

/// The same for many queries, vectors of `size` bytes one after the other:
/// out[q * (rows.size() / size) + i] is the distance of the q-th query and the i-th row.
ECTYPE_API void squared_l2_distances(std::span<const std::uint8_t> queries,
                                     std::span<const std::uint8_t> rows, std::size_t size,
                                     std::span<std::uint32_t> out);

/// As squared_l2_distances, for L1.
ECTYPE_API void l1_distances(std::span<const std::uint8_t> query,
                             std::span<const std::uint8_t> rows, std::span<std::uint32_t> out);
ECTYPE_API void l1_distances(std::span<const std::uint8_t> queries,
                             std::span<const std::uint8_t> rows, std::size_t size,
                             std::span<std::uint32_t> out);

}  // namespace ectype
