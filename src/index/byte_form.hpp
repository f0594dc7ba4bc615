#pragma once

#include "ectype/byte_index.hpp"

#include <cstddef>
#include <cstdint>

namespace ectype::index {

/// Start of a row, and limit of a query, that is never found: see distance::ByteColumns.
inline constexpr std::int32_t kNeverStart = std::int32_t{1} << 29;
inline constexpr std::int32_t kNeverLimit = -kNeverStart;

/// How vectors are given to the kernels of byte columns: as they are (`group` 1), or as the means
/// of four bytes each (`group` 4), rounded down, which take a quarter of the time and rule most
/// rows out. The limit of a query is such that no row within the radius is ever over it.
class ByteForm {
 public:
  ByteForm(std::size_t size, ByteMetric metric, std::size_t group)
      : size_(size), metric_(metric), group_(group) {}

  [[nodiscard]] std::size_t quads() const noexcept {
    return (size_ + 4 * group_ - 1) / (4 * group_);
  }
  /// Writes a row into its place in a block of columns; returns its start.
  std::int32_t put_row(const std::uint8_t* vector, std::size_t lane, std::uint8_t* block) const;
  /// Writes the 4 * quads() bytes of a query; returns its norm.
  std::int32_t put_query(const std::uint8_t* vector, std::uint8_t* out) const;
  /// Limit of a query with this norm; `radius` is at most the largest distance, < 0: none.
  [[nodiscard]] std::int32_t limit(std::int32_t radius, std::int32_t norm) const;

 private:
  void values_of(const std::uint8_t* vector, std::uint8_t* values) const;

  std::size_t size_;
  ByteMetric metric_;
  std::size_t group_;
};

}  // namespace ectype::index
