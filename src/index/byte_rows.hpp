#pragma once

#include "distance/kernels.hpp"
#include "index/byte_form.hpp"
#include "index/huge_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// Rows of one form in the kernels' layout of columns; the last block is filled up with rows that
/// are never found.
class ByteBlocks {
 public:
  explicit ByteBlocks(const ByteForm& form) : form_(form) {}

  /// Makes room; what follows cannot throw until there are more rows.
  void reserve(std::size_t rows);
  void append(const std::uint8_t* vector);
  void clear() noexcept;

  /// From a row that begins a block on.
  [[nodiscard]] distance::ByteColumns columns(std::size_t first_row, std::size_t rows) const;
  [[nodiscard]] const ByteForm& form() const noexcept { return form_; }

 private:
  [[nodiscard]] std::size_t block_bytes() const noexcept {
    return form_.quads() * 4 * distance::kByteBlockRows;
  }

  ByteForm form_;
  std::size_t size_ = 0;
  std::vector<std::uint8_t, HugePageAllocator<std::uint8_t>> bytes_;
  std::vector<std::int32_t, HugePageAllocator<std::int32_t>> starts_;
};

/// Vectors one after the other, and their means of four bytes in columns.
class ByteRows {
 public:
  ByteRows(std::size_t size, ByteMetric metric)
      : vector_size_(size), metric_(metric), means_({size, metric, 4}) {}

  /// All of them or, where it throws, none.
  void append(std::span<const std::uint8_t> vectors);

  [[nodiscard]] std::size_t vector_size() const noexcept { return vector_size_; }
  [[nodiscard]] ByteMetric metric() const noexcept { return metric_; }
  [[nodiscard]] std::size_t size() const noexcept { return vectors_.size() / vector_size_; }
  [[nodiscard]] const std::uint8_t* row(std::size_t number) const noexcept {
    return vectors_.data() + number * vector_size_;
  }
  [[nodiscard]] const ByteBlocks& means() const noexcept { return means_; }
  /// The most that a distance can be.
  [[nodiscard]] std::int32_t largest_distance() const noexcept {
    return static_cast<std::int32_t>(vector_size_) * (metric_ == ByteMetric::l1 ? 255 : 255 * 255);
  }

 private:
  std::size_t vector_size_;
  ByteMetric metric_;
  std::vector<std::uint8_t, HugePageAllocator<std::uint8_t>> vectors_;
  ByteBlocks means_;
};

}  // namespace ectype::index
