#include "ectype/picture_clusters.hpp"

#include "index/row_graph.hpp"
#include "index/scan.hpp"

#include <algorithm>
#include <compare>
#include <numeric>
#include <string>
#include <utility>

namespace ectype {
namespace {

using Pictures = std::span<const ClusterPicture>;

/// A hash of a picture or of a transform of it.
struct Entry {
  Hash256 hash;
  bool transformed = false;
  std::uint32_t node = 0;  // the first picture of the same hash
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

void require_variants(Pictures pictures) {
  index::require_row_count(pictures.size() * kTransformCount);
  for (const ClusterPicture& picture : pictures) {
    const std::size_t count = picture.variants.size();
    if (count != 1 && count != kTransformCount)
      throw Error(ErrorCode::invalid_argument,
                  "a picture to be grouped has " + std::to_string(count) +
                      " hashes; give the original's alone, or those of all eight transforms");
  }
}

/// Of each picture the first one that has the same hash.
std::vector<std::uint32_t> find_nodes(Pictures pictures) {
  std::vector<std::uint32_t> order(pictures.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto hash = [&](std::uint32_t row) -> const Hash256& { return pictures[row].variants[0]; };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(hash(a), a) < std::pair(hash(b), b);
  });
  std::vector<std::uint32_t> nodes(pictures.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool first = i == 0 || hash(order[i]) != hash(order[i - 1]);
    nodes[order[i]] = first ? order[i] : nodes[order[i - 1]];
  }
  return nodes;
}

/// All hashes of all pictures, in groups of equal ones.
class Entries {
 public:
  Entries(Pictures pictures, const std::vector<std::uint32_t>& nodes) {
    for (std::size_t i = 0; i < pictures.size(); ++i)
      for (std::size_t t = 0; t < pictures[i].variants.size(); ++t)
        entries_.push_back({pictures[i].variants[t], t > 0, nodes[i]});
    std::sort(entries_.begin(), entries_.end());
    entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (i > 0 && entries_[i].hash == entries_[i - 1].hash) continue;
      hashes_.push_back(entries_[i].hash);
      starts_.push_back(i);
    }
    starts_.push_back(entries_.size());
  }

  [[nodiscard]] std::span<const Hash256> hashes() const { return hashes_; }
  [[nodiscard]] std::span<const Entry> group(std::size_t hash) const {
    return std::span(entries_).subspan(starts_[hash], starts_[hash + 1] - starts_[hash]);
  }

 private:
  std::vector<Entry> entries_;
  std::vector<Hash256> hashes_;  // distinct
  std::vector<std::size_t> starts_;
};

/// Pairs of pictures of which one, under any transform, is near the other as it is; each once.
std::vector<std::pair<std::uint32_t, std::uint32_t>> near_pairs(const Entries& entries,
                                                                int radius) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  const auto link = [&](std::span<const Entry> as_it_is, std::span<const Entry> others) {
    const Entry& original = as_it_is.front();
    if (original.transformed) return;
    for (const Entry& other : others)
      if (other.node != original.node) pairs.push_back(std::minmax(original.node, other.node));
  };
  for (std::size_t i = 0; i < entries.hashes().size(); ++i)
    link(entries.group(i), entries.group(i));
  self_join<Hash256>(entries.hashes(), radius, [&](const Pair& pair) {
    link(entries.group(pair.a), entries.group(pair.b));
    link(entries.group(pair.b), entries.group(pair.a));
  });
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

Clusters group(Pictures pictures, int radius, ClusterRule rule) {
  const std::vector<std::uint32_t> nodes = find_nodes(pictures);
  index::RowGraph graph(pictures.size());
  for (std::uint32_t i = 0; i < pictures.size(); ++i)
    if (nodes[i] != i) graph.add_same(nodes[i], i);
  for (const auto& [a, b] : near_pairs(Entries(pictures, nodes), radius)) graph.add_near(a, b);
  return std::move(graph).group(rule);
}

Transform inverse(Transform transform) {
  if (transform == Transform::rotate90) return Transform::rotate270;
  if (transform == Transform::rotate270) return Transform::rotate90;
  return transform;
}

/// Sets the distance to the representative and the transform under which it is reached.
void measure(ClusterPlace& place, const ClusterPicture& picture,
             const ClusterPicture& representative) {
  place.distance = hamming_distance(picture.variants[0], representative.variants[0]);
  const auto take_nearer = [&](const Hash256& a, const Hash256& b, Transform transform) {
    const int distance = hamming_distance(a, b);
    if (distance >= place.distance) return;
    place.distance = distance;
    place.transform = transform;
  };
  for (std::size_t t = 1; t < picture.variants.size(); ++t)
    take_nearer(picture.variants[t], representative.variants[0], kTransforms[t]);
  for (std::size_t t = 1; t < representative.variants.size(); ++t)
    take_nearer(picture.variants[0], representative.variants[t], inverse(kTransforms[t]));
}

}  // namespace

std::vector<ClusterPlace> cluster_pictures(std::span<const ClusterPicture> pictures, int radius,
                                           ClusterRule rule) {
  require_variants(pictures);
  const Clusters clusters = group(pictures, radius, rule);

  struct Summary {
    std::uint64_t size = 0;
    std::size_t representative = 0;
  };
  std::vector<Summary> summaries(clusters.medoid.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Summary& mine = summaries[clusters.cluster[i]];
    if (mine.size++ == 0 || pictures[i].pixels > pictures[mine.representative].pixels)
      mine.representative = i;
  }
  std::vector<ClusterPlace> places;
  places.reserve(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Summary& mine = summaries[clusters.cluster[i]];
    places.push_back({clusters.cluster[i], mine.size, mine.representative, 0, Transform::original});
    measure(places[i], pictures[i], pictures[mine.representative]);
  }
  return places;
}

}  // namespace ectype
