#include "index/row_graph.hpp"
#include "index/scan.hpp"

#include "ectype/self_join.hpp"

namespace ectype {

template <typename Hash>
Clusters cluster(std::span<const Hash> hashes, int radius, ClusterRule rule) {
  index::require_radius(radius, Hash::bits);
  index::require_row_count(hashes.size());
  index::RowGraph graph(hashes.size());
  self_join<Hash>(hashes, radius, [&](const Pair& pair) {
    const auto a = static_cast<std::uint32_t>(pair.a);
    const auto b = static_cast<std::uint32_t>(pair.b);
    if (pair.distance > 0) {
      graph.add_near(a, b);
    } else {
      graph.add_same(a, b);
    }
  });
  return std::move(graph).group(rule);
}

template Clusters cluster<Hash64>(std::span<const Hash64>, int, ClusterRule);
template Clusters cluster<Hash128>(std::span<const Hash128>, int, ClusterRule);
template Clusters cluster<Hash256>(std::span<const Hash256>, int, ClusterRule);

}  // namespace ectype
