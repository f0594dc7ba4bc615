#pragma once

#include "ectype/error.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ectype::index {

/// Which rows are removed, in pages that copies share: to remove a row copies its page alone.
class RemovedPages {
 public:
  [[nodiscard]] bool operator[](std::uint64_t row) const {
    const std::size_t page = row / kPageRows;
    return page < pages_.size() && pages_[page] && (*pages_[page])[row % kPageRows];
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  /// Of rows 0 to `row_count` - 1. Throws Error (not_found) for another, or one that is removed
  /// already, and then removes none.
  void remove(std::span<const std::uint64_t> rows, std::uint64_t row_count) {
    std::map<std::size_t, std::shared_ptr<Page>> changed;
    for (const std::uint64_t row : rows) {
      std::shared_ptr<Page>& page = changed[row / kPageRows];
      if (!page) page = copy_of(row / kPageRows);
      if (row >= row_count || (*page)[row % kPageRows])
        throw Error(ErrorCode::not_found,
                    "row " + std::to_string(row) + " is not in the index of " +
                        std::to_string(row_count - count_) + " rows; nothing was removed");
      page->set(row % kPageRows);
    }
    if (changed.empty()) return;
    if (pages_.size() <= changed.rbegin()->first) pages_.resize(changed.rbegin()->first + 1);
    for (auto& [number, page] : changed) pages_[number] = std::move(page);
    count_ += rows.size();
  }

 private:
  static constexpr std::size_t kPageRows = std::size_t{1} << 16;
  using Page = std::bitset<kPageRows>;

  [[nodiscard]] std::shared_ptr<Page> copy_of(std::size_t number) const {
    return number < pages_.size() && pages_[number] ? std::make_shared<Page>(*pages_[number])
                                                    : std::make_shared<Page>();
  }

  std::vector<std::shared_ptr<const Page>> pages_;  // null where no row is removed
  std::uint64_t count_ = 0;
};

}  // namespace ectype::index
