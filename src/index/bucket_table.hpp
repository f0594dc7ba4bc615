#pragma once

#include "index/huge_pages.hpp"
#include "index/mapped_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
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

  /// What a table is made of, as it stands in memory and in an index file. Either `groups` or
  /// `starts` is empty.
  struct Parts {
    std::span<const std::uint8_t> groups, starts, rows;
  };

  /// keys[row] < 2^bits is the bucket of the row.
  BucketTable(std::span<const std::uint32_t> keys, unsigned bits);
  /// In place in a mapped file, which is touched before it is used. Throws Error (damaged) where
  /// the parts have not the sizes that they must have.
  BucketTable(const Parts& parts, unsigned bits, std::uint64_t row_count,
              std::shared_ptr<const MappedFile> file);

  [[nodiscard]] Parts parts() const noexcept;

  [[nodiscard]] static std::uint64_t bytes_needed(unsigned bits, std::uint64_t rows);
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return groups_.size_bytes() + starts_.size_bytes() + rows_.size();
  }

  void prefetch(std::uint32_t key) const noexcept {
    if (starts_.empty()) {
      __builtin_prefetch(&groups_[group_of(key)]);
    } else {
      __builtin_prefetch(&starts_[key]);
    }
  }
  [[nodiscard]] Range range(std::uint32_t key) const {
    const Range found = starts_.empty() ? range_in_groups(key) : range_in_starts(key);
    if (found.begin > found.end || found.end > row_count_) throw_inconsistent();
    return found;
  }
  void prefetch_rows(std::uint32_t position) const noexcept {
    __builtin_prefetch(rows_.data() + std::size_t{position} * row_bytes_);
  }
  /// To be called before the rows of a range are asked for.
  void touch_rows(Range range) const {
    if (file_ && range.size() > 0)
      file_->touch(rows_.data() + std::size_t{range.begin} * row_bytes_,
                   range.size() * row_bytes_ + 1);
  }
  /// The row at a position of a range.
  [[nodiscard]] std::uint32_t row(std::uint32_t position) const {
    std::uint32_t value;
    std::memcpy(&value, rows_.data() + std::size_t{position} * row_bytes_, sizeof value);
    value &= row_mask_;
    if (value >= row_count_) throw_inconsistent();
    return value;
  }
  /// Whether a row stands in the bucket of a key.
  [[nodiscard]] bool holds(std::uint32_t key, std::uint32_t row) const;

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
  struct Owned {
    Array<Group> groups;
    Array<std::uint32_t> starts;
    Array<std::uint8_t> rows;
  };

  [[nodiscard]] Range range_in_groups(std::uint32_t key) const {
    const std::uint32_t number = group_of(key);
    const Group& group = groups_[number];
    if (file_) file_->touch(&group, 2 * sizeof group);
    const std::uint32_t at = key - number * kGroupSize;
    const std::uint32_t end =
        at + 1 < kGroupSize ? group.base + group.start[at + 1] : groups_[number + 1].base;
    return {group.base + group.start[at], end};
  }
  [[nodiscard]] Range range_in_starts(std::uint32_t key) const {
    if (file_) file_->touch(&starts_[key], 2 * sizeof starts_[key]);
    return {starts_[key], starts_[key + 1]};
  }
  [[noreturn]] void throw_inconsistent() const;

  static bool fits_groups(const Array<std::uint32_t>& starts);
  static Array<Group> pack_groups(const Array<std::uint32_t>& starts);
  static std::size_t group_count(unsigned bits) {
    return ((std::size_t{1} << bits) + kGroupSize - 1) / kGroupSize + 1;
  }

  std::shared_ptr<const Owned> owned_;      // or
  std::shared_ptr<const MappedFile> file_;  // is where the spans lie
  std::span<const Group> groups_;
  std::span<const std::uint32_t> starts_;  // where a group would hold over 65535 rows
  std::span<const std::uint8_t> rows_;     // with a byte behind, so that three are read as four
  std::uint64_t row_count_;
  std::size_t row_bytes_;
  std::uint32_t row_mask_;
};

}  // namespace ectype::index
