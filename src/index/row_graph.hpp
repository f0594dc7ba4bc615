#pragma once

#include "ectype/self_join.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ectype::index {

/// Which rows are near which, to be put in groups. Rows that are the same are one node.
class RowGraph {
 public:
  explicit RowGraph(std::size_t rows);

  /// `row` is the same as `first`, which is the same as none before it, and near no other.
  void add_same(std::uint32_t first, std::uint32_t row);
  /// Once for each pair.
  void add_near(std::uint32_t a, std::uint32_t b) { pairs_.emplace_back(a, b); }

  /// As `ectype::cluster` says. Ends the graph.
  [[nodiscard]] Clusters group(ClusterRule rule) &&;

 private:
  void fill();
  template <typename Visit>
  void each_near(std::uint32_t row, Visit visit) const;
  [[nodiscard]] std::vector<std::uint32_t> take_by_medoids() const;
  [[nodiscard]] std::vector<std::uint32_t> take_by_links() const;
  [[nodiscard]] Clusters number_clusters(const std::vector<std::uint32_t>& owner) const;

  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_;
  std::vector<std::uint32_t> first_;   // the row that this one is the same as
  std::vector<std::uint32_t> weight_;  // rows that are the same, at the first of them
  std::vector<std::size_t> start_;     // of each row's neighbours
  std::vector<std::uint32_t> near_;
};

}  // namespace ectype::index
