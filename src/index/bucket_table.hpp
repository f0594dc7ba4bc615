#pragma once

#include "index/huge_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace ectype::index {

/// Row numbers in 2^bits buckets, one after the other; in a bucket they ascend. Row numbers take
/// three bytes where that is enough. Where a bucket starts takes 2.3 bytes: a group of 14 buckets
/// shares one full number, and stands in half a cache line, so that a look-up costs one miss.
class BucketTable {
 public:
  struct Range {
    std::uint32_t begin, end;
    [[nodiscard]] std::uint32_t size() const noexcept { return end - begin; }
  };

  /// keys[row] < 2^bits is the bucket of the row.
  BucketTable(std::span<const std::uint32_t> keys, unsigned bits);

  [[nodiscard]] static std::uint64_t bytes_needed(unsigned bits, std::uint64_t rows);
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return groups_.size() * sizeof(Group) + wide_.size() * sizeof(std::uint32_t) + rows_.size();
  }

  void prefetch(std::uint32_t key) const noexcept {
    if (wide_.empty()) {
      __builtin_prefetch(&groups_[group_of(key)]);
    } else {
      __builtin_prefetch(&wide_[key]);
    }
  }
  [[nodiscard]] Range range(std::uint32_t key) const noexcept {
    if (!wide_.empty()) return {wide_[key], wide_[key + 1]};
    const std::uint32_t number = group_of(key);
    const Group& group = groups_[number];
    const std::uint32_t at = key - number * kGroupSize;
    const std::uint32_t end =
        at + 1 < kGroupSize ? group.base + group.start[at + 1] : groups_[number + 1].base;
    return {group.base + group.start[at], end};
  }

  void prefetch_rows(std::uint32_t position) const noexcept {
    __builtin_prefetch(rows_.data() + std::size_t{position} * row_bytes_);
  }
  /// The row at a position of a range.
  [[nodiscard]] std::uint32_t row(std::uint32_t position) const noexcept {
    std::uint32_t value;
    std::memcpy(&value, rows_.data() + std::size_t{position} * row_bytes_, sizeof value);
    return value & row_mask_;
  }

 private:
  static constexpr std::uint32_t kGroupSize = 14;
  struct alignas(32) Group {
    std::uint32_t base;
    std::uint16_t start[kGroupSize];
  };

  static std::uint32_t group_of(std::uint32_t key) noexcept {
    // Division by 14, exact for all numbers of 32 bits.
    return static_cast<std::uint32_t>((key / 2 * std::uint64_t{0x92492493}) >> 34);
  }

  template <typename T>
  using Array = std::vector<T, HugePageAllocator<T>>;

  [[nodiscard]] bool fits_groups(const Array<std::uint32_t>& starts) const;
  void pack_groups(const Array<std::uint32_t>& starts);

  Array<Group> groups_;
  Array<std::uint32_t> wide_;  // instead of groups, where one of them would hold over 65535 rows
  Array<std::uint8_t> rows_;   // with a byte behind, so that three are read as four
  std::size_t row_bytes_;
  std::uint32_t row_mask_;
};

}  // namespace ectype::index
