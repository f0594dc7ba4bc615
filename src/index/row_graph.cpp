#include "index/row_graph.hpp"

#include <algorithm>
#include <numeric>
#include <queue>

namespace ectype::index {
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

/// A row that may take those near it.
struct Candidate {
  std::uint64_t rows;  // that are near it and free
  std::uint32_t row;
  bool operator<(const Candidate& other) const {
    return rows != other.rows ? rows < other.rows : row > other.row;
  }
};

}  // namespace

RowGraph::RowGraph(std::size_t rows) : first_(rows), weight_(rows, 1), start_(rows + 1) {
  std::iota(first_.begin(), first_.end(), 0u);
}

void RowGraph::add_same(std::uint32_t first, std::uint32_t row) {
  first_[row] = first;
  ++weight_[first];
}

Clusters RowGraph::group(ClusterRule rule) && {
  fill();
  return number_clusters(rule == ClusterRule::linked ? take_by_links() : take_by_medoids());
}

void RowGraph::fill() {
  for (const auto& [a, b] : pairs_) {
    ++start_[a + 1];
    ++start_[b + 1];
  }
  std::partial_sum(start_.begin(), start_.end(), start_.begin());
  near_.resize(2 * pairs_.size());
  std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
  for (const auto& [a, b] : pairs_) {
    near_[next[a]++] = b;
    near_[next[b]++] = a;
  }
}

template <typename Visit>
void RowGraph::each_near(std::uint32_t row, Visit visit) const {
  for (std::size_t i = start_[row]; i < start_[row + 1]; ++i) visit(near_[i]);
}

/// The row with most rows near it that are still free takes them, again and again. Counts only
/// fall, so a count in the queue that is out of date is put back when its turn comes.
std::vector<std::uint32_t> RowGraph::take_by_medoids() const {
  constexpr std::uint32_t kFree = UINT32_MAX;
  const auto count = static_cast<std::uint32_t>(first_.size());
  std::vector<std::uint32_t> owner(count, kFree);
  const auto free_near = [&](std::uint32_t row) {
    std::uint64_t rows = weight_[row];
    each_near(row, [&](std::uint32_t other) {
      if (owner[other] == kFree) rows += weight_[other];
    });
    return rows;
  };
  std::priority_queue<Candidate> queue;
  for (std::uint32_t row = 0; row < count; ++row)
    if (first_[row] == row) queue.push({free_near(row), row});
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
    each_near(best.row, [&](std::uint32_t other) {
      if (owner[other] == kFree) owner[other] = best.row;
    });
  }
  for (std::uint32_t row = 0; row < count; ++row) owner[row] = owner[first_[row]];
  return owner;
}

std::vector<std::uint32_t> RowGraph::take_by_links() const {
  const auto count = static_cast<std::uint32_t>(first_.size());
  RowSets sets(count);
  for (std::uint32_t row = 0; row < count; ++row) {
    sets.join(row, first_[row]);
    each_near(row, [&](std::uint32_t other) { sets.join(row, other); });
  }
  std::vector<std::uint32_t> owner(count);
  for (std::uint32_t row = 0; row < count; ++row) owner[row] = sets.find(row);
  return owner;
}

/// Numbers the owners in order of the first rows they own, and finds each cluster's medoid.
Clusters RowGraph::number_clusters(const std::vector<std::uint32_t>& owner) const {
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
    if (first_[row] != row) continue;
    std::uint64_t rows = weight_[row];
    each_near(row, [&](std::uint32_t other) {
      if (owner[other] == owner[row]) rows += weight_[other];
    });
    if (rows > most[mine]) {
      most[mine] = rows;
      clusters.medoid[mine] = row;
    }
  }
  return clusters;
}

}  // namespace ectype::index
