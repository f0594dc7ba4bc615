#pragma once

#include "ectype/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ectype::index {

/// Which of the rows that were ever added are removed.
class RemovedRows {
 public:
  RemovedRows() = default;
  explicit RemovedRows(std::size_t rows) : removed_(rows) {}

  [[nodiscard]] bool operator[](std::size_t row) const { return removed_[row]; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  /// Makes room, so that `grow` to as many rows cannot throw.
  void reserve(std::size_t rows) {
    if (removed_.capacity() < rows)
      removed_.reserve(std::max<std::size_t>(rows, removed_.capacity() * 3 / 2));
  }
  void grow(std::size_t rows) { removed_.resize(rows); }

  /// Throws Error (not_found) for a row that never was or is removed already, and then removes
  /// none.
  void remove(std::span<const std::uint64_t> rows) {
    std::vector<bool> next = removed_;
    for (const std::uint64_t row : rows) {
      if (row >= next.size() || next[row])
        throw Error(ErrorCode::not_found,
                    "row " + std::to_string(row) + " is not in the index of " +
                        std::to_string(removed_.size() - count_) + " rows; nothing was removed");
      next[row] = true;
    }
    removed_ = std::move(next);
    count_ += rows.size();
  }

 private:
  std::vector<bool> removed_;
  std::uint64_t count_ = 0;
};

}  // namespace ectype::index
