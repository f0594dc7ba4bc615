#pragma once

#include "distance/kernels.hpp"
#include "index/huge_pages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// Hashes of 1, 2 or 4 words in the kernels' layout, aligned to a cache line. The last block is
/// padded with zero hashes; rows from `size` on are the caller's to ignore.
class HashBlocks {
 public:
  explicit HashBlocks(std::size_t words) : words_(words), half_(words == 1 ? 1 : words / 2) {}

  void append(std::span<const std::uint64_t> hashes);  // words() each, one after the other
  /// Keeps the memory.
  void clear() noexcept;

  [[nodiscard]] std::size_t words() const noexcept { return words_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t block_count() const noexcept {
    return (size_ + distance::kBlockRows - 1) / distance::kBlockRows;
  }
  /// The blocks from this one on.
  [[nodiscard]] distance::HashRows blocks_from(std::size_t block) const noexcept {
    return {words_of_half(0, block), words_of_half(1, block)};
  }
  [[nodiscard]] std::uint64_t word(std::size_t row, std::size_t word) const noexcept {
    return halves_[word / half_][line(row, word)].lane[row % distance::kBlockRows];
  }

 private:
  // One word of a block fills one cache line.
  struct alignas(64) Line {
    std::uint64_t lane[distance::kBlockRows];
  };

  [[nodiscard]] std::size_t line(std::size_t row, std::size_t word) const noexcept {
    return row / distance::kBlockRows * half_ + word % half_;
  }
  [[nodiscard]] const std::uint64_t* words_of_half(std::size_t half,
                                                   std::size_t block) const noexcept {
    if (halves_[half].empty()) return nullptr;
    return reinterpret_cast<const std::uint64_t*>(halves_[half].data()) +
           block * half_ * distance::kBlockRows;
  }

  std::size_t words_;
  std::size_t half_;  // words of half a hash
  std::size_t size_ = 0;
  std::array<std::vector<Line, HugePageAllocator<Line>>, 2> halves_;
};

}  // namespace ectype::index
