#include "ectype/picture_clusters.hpp"

namespace ectype {

std::vector<ClusterPlace> cluster_pictures(std::span<const ClusterPicture> pictures, int radius,
                                           ClusterRule rule) {
  std::vector<Hash256> hashes;
  hashes.reserve(pictures.size());
  for (const ClusterPicture& picture : pictures) hashes.push_back(picture.hash);
  const Clusters clusters = cluster<Hash256>(hashes, radius, rule);

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
    places.push_back({clusters.cluster[i], mine.size, mine.representative,
                      hamming_distance(hashes[i], hashes[mine.representative])});
  }
  return places;
}

}  // namespace ectype
