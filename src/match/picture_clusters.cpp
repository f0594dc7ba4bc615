#include "ectype/picture_clusters.hpp"

#include "index/join_firsts.hpp"
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

/// A hash of a picture or of a transform of it. Of equal hashes the originals' come first.
struct Entry {
  Hash256 hash;
  bool transformed = false;
  std::uint32_t node = 0;  // the first picture of the same original hash
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

void require_variants(Pictures pictures) {
  std::size_t hashes = 0;
  for (const ClusterPicture& picture : pictures) {
    const std::size_t count = picture.variants.size();
    if (count != 1 && count != kTransformCount)
      throw Error(ErrorCode::invalid_argument,
                  "a picture to be grouped has " + std::to_string(count) +
                      " hashes; give the original's alone, or those of all eight transforms");
    hashes += count;
  }
  index::require_row_count(hashes);
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

/// All hashes of all pictures, each once: first those that an original has.
class Entries {
 public:
  Entries(Pictures pictures, const std::vector<std::uint32_t>& nodes) {
    for (std::size_t i = 0; i < pictures.size(); ++i)
      for (std::size_t t = 0; t < pictures[i].variants.size(); ++t)
        entries_.push_back({pictures[i].variants[t], t > 0, nodes[i]});
    std::sort(entries_.begin(), entries_.end());
    entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
    add_hashes(false);
    originals_ = hashes_.size();
    add_hashes(true);
  }

  [[nodiscard]] std::span<const Hash256> hashes() const { return hashes_; }
  [[nodiscard]] std::size_t originals() const { return originals_; }
  [[nodiscard]] std::span<const Entry> with(std::size_t hash) const {
    std::size_t end = starts_[hash];
    while (end < entries_.size() && entries_[end].hash == hashes_[hash]) ++end;
    return std::span(entries_).subspan(starts_[hash], end - starts_[hash]);
  }

 private:
  /// Those of which the first entry is of a transform, or is not.
  void add_hashes(bool transformed) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const bool first = i == 0 || entries_[i].hash != entries_[i - 1].hash;
      if (!first || entries_[i].transformed != transformed) continue;
      hashes_.push_back(entries_[i].hash);
      starts_.push_back(i);
    }
  }

  std::vector<Entry> entries_;
  std::vector<Hash256> hashes_;
  std::vector<std::size_t> starts_;  // of a hash in entries_
  std::size_t originals_ = 0;
};

using NodePairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Pairs of nodes of which one, under any transform, is near the other as it is; each once.
NodePairs near_pairs(Pictures pictures, const Entries& entries, int radius) {
  NodePairs pairs;
  const auto original = [&](const Entry& entry) -> const Hash256& {
    return pictures[entry.node].variants[0];
  };
  const auto link = [&](std::span<const Entry> as_they_are, std::span<const Entry> others) {
    const Entry& one = as_they_are.front();  // an original's, of which there is one a hash, or none
    if (one.transformed) return;
    for (const Entry& other : others) {
      if (other.node == one.node) continue;
      // In a crowd nearly all of them are near as they are, too, and then that is enough.
      if (other.transformed && hamming_distance(original(one), original(other)) <= radius) continue;
      pairs.push_back(std::minmax(one.node, other.node));
    }
  };
  for (std::size_t i = 0; i < entries.originals(); ++i) link(entries.with(i), entries.with(i));
  index::join_firsts(entries.hashes(), entries.originals(), radius, [&](const Pair& pair) {
    link(entries.with(pair.a), entries.with(pair.b));
    link(entries.with(pair.b), entries.with(pair.a));
  });
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

Clusters find_clusters(Pictures pictures, int radius, ClusterRule rule) {
  const std::vector<std::uint32_t> nodes = find_nodes(pictures);
  index::RowGraph graph(pictures.size());
  for (std::uint32_t i = 0; i < pictures.size(); ++i)
    if (nodes[i] != i) graph.add_same(nodes[i], i);
  for (const auto& [a, b] : near_pairs(pictures, Entries(pictures, nodes), radius))
    graph.add_near(a, b);
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
  const Clusters clusters = find_clusters(pictures, radius, rule);

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
