#pragma once

#include "distance/kernels.hpp"
#include "index/huge_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// Hashes of `words` words that stand one after the other, in the kernels' layout. What pads the
/// last block stays as it is.
inline void to_blocks(const std::uint64_t* hashes, std::size_t count, std::size_t words,
                      std::uint64_t* out) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t w = 0; w < words; ++w)
      out[(i / distance::kBlockRows * words + w) * distance::kBlockRows +
          i % distance::kBlockRows] = hashes[i * words + w];
}

/// Hashes in the kernels' blocked structure-of-arrays layout, aligned to a cache line. The last
/// block is padded with zero hashes; rows from `size` on are the caller's to ignore.
class HashBlocks {
 public:
  explicit HashBlocks(std::size_t words) : words_(words) {}

  void append(std::span<const std::uint64_t> hashes);  // words() each, one after the other

  [[nodiscard]] std::size_t words() const noexcept { return words_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t block_count() const noexcept {
    return (size_ + distance::kBlockRows - 1) / distance::kBlockRows;
  }
  [[nodiscard]] const std::uint64_t* block(std::size_t number) const noexcept {
    return reinterpret_cast<const std::uint64_t*>(lines_.data()) +
           number * distance::kBlockRows * words_;
  }

 private:
  // One word of a block fills one cache line.
  struct alignas(64) Line {
    std::uint64_t lane[distance::kBlockRows];
  };

  std::size_t words_;
  std::size_t size_ = 0;
  std::vector<Line, HugePageAllocator<Line>> lines_;
};

}  // namespace ectype::index
