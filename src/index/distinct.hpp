#pragma once

#include "index/huge_pages.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// The different hashes of a list, in order of their first rows.
template <typename Hash>
class Distinct {
 public:
  explicit Distinct(std::span<const Hash> hashes) : first_(hashes.size()) {
    // The first word beside the row: few comparisons have to fetch the hashes.
    struct Entry {
      std::uint64_t word;
      std::uint32_t row;
    };
    std::vector<Entry, HugePageAllocator<Entry>> order;
    order.reserve(hashes.size());
    for (std::uint32_t row = 0; row < hashes.size(); ++row)
      order.push_back({hashes[row].as_words()[0], row});
    std::sort(order.begin(), order.end(), [&](const Entry& a, const Entry& b) {
      if (a.word != b.word) return a.word < b.word;
      if (hashes[a.row] != hashes[b.row]) return hashes[a.row] < hashes[b.row];
      return a.row < b.row;
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool same = i > 0 && hashes[order[i].row] == hashes[order[i - 1].row];
      first_[order[i].row] = same ? first_[order[i - 1].row] : order[i].row;
    }
    for (std::uint32_t row = 0; row < first_.size(); ++row) {
      if (first_[row] != row) continue;
      hashes_.push_back(hashes[row]);
      rows_.push_back(row);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return hashes_.size(); }
  [[nodiscard]] std::size_t row_count() const noexcept { return first_.size(); }
  [[nodiscard]] const Hash& hash(std::uint32_t number) const noexcept { return hashes_[number]; }
  /// The first row that has the hash of this number.
  [[nodiscard]] std::uint32_t first_row(std::uint32_t number) const noexcept {
    return rows_[number];
  }
  /// The first row with the same hash as `row`.
  [[nodiscard]] std::uint32_t first_equal(std::uint32_t row) const noexcept { return first_[row]; }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<Hash, HugePageAllocator<Hash>> hashes_;
  std::vector<std::uint32_t> rows_;
};

}  // namespace ectype::index
