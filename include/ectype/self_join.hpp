#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ectype {

/// Two rows near each other; a < b.
struct Pair {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint32_t distance = 0;  ///< Hamming distance
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

/// Calls `visit` with every pair of rows at distance <= `radius` (INCLUSIVE) once. Exact.
///
/// Rows of one hash are collapsed: each of them is paired with the first of them (distance 0), and
/// only that one with rows of other hashes; a list of a million equal hashes has a million pairs,
/// not half a billion. The order of the pairs depends on the hashes alone. Pairs are not held;
/// memory is about four times that of the hashes. At most 2^32 - 2 rows. Throws `Error`
/// (invalid_argument) for a radius outside 0 to Hash::bits or too many rows, and what `visit`
/// throws.
template <typename Hash>
ECTYPE_API void self_join(std::span<const Hash> hashes, int radius,
                          const std::function<void(const Pair&)>& visit);

enum class ClusterRule {
  linked,  ///< connected components: each member is near some other, and chains may be long
  medoid,  ///< every member is within the radius of one of them, the medoid
};

/// Rows in groups. Clusters are numbered from 0 in the order of their first rows.
struct Clusters {
  std::vector<std::uint32_t> cluster;  ///< of each row
  std::vector<std::uint64_t> medoid;  ///< of each cluster: the member with most others near it, and
                                      ///< of equals the first row
};

/// Groups rows by nearness. Under the rule `medoid` the row with the most rows near it that are in
/// no cluster yet (of equals the first row) takes them as its cluster, and so on, so the result
/// depends on the hashes and their order alone. Holds all pairs of rows with different hashes.
/// Errors as `self_join`.
template <typename Hash>
[[nodiscard]] ECTYPE_API Clusters cluster(std::span<const Hash> hashes, int radius,
                                          ClusterRule rule);

extern template void self_join<Hash64>(std::span<const Hash64>, int,
                                       const std::function<void(const Pair&)>&);
extern template void self_join<Hash128>(std::span<const Hash128>, int,
                                        const std::function<void(const Pair&)>&);
extern template void self_join<Hash256>(std::span<const Hash256>, int,
                                        const std::function<void(const Pair&)>&);
extern template Clusters cluster<Hash64>(std::span<const Hash64>, int, ClusterRule);
extern template Clusters cluster<Hash128>(std::span<const Hash128>, int, ClusterRule);
extern template Clusters cluster<Hash256>(std::span<const Hash256>, int, ClusterRule);

}  // namespace ectype
