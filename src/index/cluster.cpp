#include "index/scan.hpp"

#include "ectype/self_join.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>
#include <vector>

namespace ectype {
namespace {

/// Disjoint sets of rows; a set is named by its smallest row.
class RowSets {
 public:
  explicit RowSets(std::size_t rows) : parent_(rows) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }
  std::uint32_t find(std::uint32_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    const auto [low, high] = std::minmax({find(a), find(b)});
    parent_[high] = low;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

/// Which rows are near which. Rows of one hash are one node, with a weight.
struct Neighbours {
  std::vector<std::uint32_t> first;   // row with the same hash
  std::vector<std::uint32_t> weight;  // rows with the same hash, at the first of them
  std::vector<std::size_t> start;     // of each row's neighbours
  std::vector<std::uint32_t> rows;

  explicit Neighbours(std::size_t count) : first(count), weight(count, 1), start(count + 1) {
    std::iota(first.begin(), first.end(), 0u);
  }

  void fill(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
    for (const auto& [a, b] : pairs) {
      ++start[a + 1];
      ++start[b + 1];
    }
    std::partial_sum(start.begin(), start.end(), start.begin());
    rows.resize(2 * pairs.size());
    std::vector<std::size_t> next(start.begin(), start.end() - 1);
    for (const auto& [a, b] : pairs) {
      rows[next[a]++] = b;
      rows[next[b]++] = a;
    }
  }

  template <typename Visit>
  void each(std::uint32_t row, Visit visit) const {
    for (std::size_t i = start[row]; i < start[row + 1]; ++i) visit(rows[i]);
  }
};

/// The row with most rows near it that are still free takes them, again and again. Counts only
/// fall, so a count in the queue that is out of date is put back when its turn comes.
void take_by_medoids(const Neighbours& near, std::vector<std::uint32_t>& owner) {
  constexpr std::uint32_t kFree = UINT32_MAX;
  const auto count = static_cast<std::uint32_t>(owner.size());
  owner.assign(count, kFree);
  const auto free_near = [&](std::uint32_t row) {
    std::uint64_t rows = near.weight[row];
    near.each(row, [&](std::uint32_t other) {
      if (owner[other] == kFree) rows += near.weight[other];
    });
    return rows;
  };
  struct Candidate {
    std::uint64_t rows;
    std::uint32_t row;
    bool operator<(const Candidate& other) const {
      return rows != other.rows ? rows < other.rows : row > other.row;
    }
  };
  std::priority_queue<Candidate> queue;
  for (std::uint32_t row = 0; row < count; ++row)
    if (near.first[row] == row) queue.push({free_near(row), row});
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    if (owner[best.row] != kFree) continue;
    const std::uint64_t now = free_near(best.row);
    if (now != best.rows) {
      queue.push({now, best.row});
      continue;
    }
    owner[best.row] = best.row;
    near.each(best.row, [&](std::uint32_t other) {
      if (owner[other] == kFree) owner[other] = best.row;
    });
  }
  for (std::uint32_t row = 0; row < count; ++row) owner[row] = owner[near.first[row]];
}

void take_by_links(const Neighbours& near, std::vector<std::uint32_t>& owner) {
  const auto count = static_cast<std::uint32_t>(owner.size());
  RowSets sets(count);
  for (std::uint32_t row = 0; row < count; ++row) {
    sets.join(row, near.first[row]);
    near.each(row, [&](std::uint32_t other) { sets.join(row, other); });
  }
  for (std::uint32_t row = 0; row < count; ++row) owner[row] = sets.find(row);
}

/// Numbers the owners in order of the first rows they own, and finds each cluster's medoid.
Clusters number_clusters(const Neighbours& near, const std::vector<std::uint32_t>& owner) {
  constexpr std::uint32_t kUnseen = UINT32_MAX;
  Clusters clusters;
  std::vector<std::uint32_t> number(owner.size(), kUnseen);
  std::vector<std::uint64_t> most;
  for (std::uint32_t row = 0; row < owner.size(); ++row) {
    std::uint32_t& mine = number[owner[row]];
    if (mine == kUnseen) {
      mine = static_cast<std::uint32_t>(clusters.medoid.size());
      clusters.medoid.push_back(row);
      most.push_back(0);
    }
    clusters.cluster.push_back(mine);
    if (near.first[row] != row) continue;
    std::uint64_t rows = near.weight[row];
    near.each(row, [&](std::uint32_t other) {
      if (owner[other] == owner[row]) rows += near.weight[other];
    });
    if (rows > most[mine]) {
      most[mine] = rows;
      clusters.medoid[mine] = row;
    }
  }
  return clusters;
}

}  // namespace

template <typename Hash>
Clusters cluster(std::span<const Hash> hashes, int radius, ClusterRule rule) {
  index::require_radius(radius, Hash::bits);
  index::require_row_count(hashes.size());
  Neighbours near(hashes.size());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  self_join<Hash>(hashes, radius, [&](const Pair& pair) {
    const auto a = static_cast<std::uint32_t>(pair.a);
    const auto b = static_cast<std::uint32_t>(pair.b);
    if (pair.distance > 0) {
      pairs.emplace_back(a, b);
    } else {
      near.first[b] = a;
      ++near.weight[a];
    }
  });
  near.fill(pairs);
  std::vector<std::uint32_t> owner(hashes.size());
  if (rule == ClusterRule::linked) {
    take_by_links(near, owner);
  } else {
    take_by_medoids(near, owner);
  }
  return number_clusters(near, owner);
}

template Clusters cluster<Hash64>(std::span<const Hash64>, int, ClusterRule);
template Clusters cluster<Hash128>(std::span<const Hash128>, int, ClusterRule);
template Clusters cluster<Hash256>(std::span<const Hash256>, int, ClusterRule);

}  // namespace ectype
