#include "index/hash_blocks.hpp"

#include <algorithm>

namespace ectype::index {

void HashBlocks::append(std::span<const std::uint64_t> hashes) {
  const std::size_t count = hashes.size() / words_;
  const std::size_t needed =
      (size_ + count + distance::kBlockRows - 1) / distance::kBlockRows * half_;
  for (std::size_t half = 0; half < words_ / half_; ++half) {
    auto& lines = halves_[half];
    if (needed > lines.capacity()) lines.reserve(std::max(needed, lines.capacity() * 3 / 2));
  }
  for (std::size_t half = 0; half < words_ / half_; ++half) halves_[half].resize(needed);
  for (std::size_t i = 0; i < count; ++i, ++size_)
    for (std::size_t w = 0; w < words_; ++w)
      halves_[w / half_][line(size_, w)].lane[size_ % distance::kBlockRows] =
          hashes[i * words_ + w];
}

void HashBlocks::clear() noexcept {
  for (auto& lines : halves_) lines.clear();
  size_ = 0;
}

}  // namespace ectype::index
