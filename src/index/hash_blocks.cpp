#include "index/hash_blocks.hpp"

#include <algorithm>

namespace ectype::index {

void HashBlocks::append(std::span<const std::uint64_t> hashes) {
  const std::size_t count = hashes.size() / words_;
  const std::size_t needed =
      (size_ + count + distance::kBlockRows - 1) / distance::kBlockRows * words_;
  if (needed > lines_.capacity()) lines_.reserve(std::max(needed, lines_.capacity() * 3 / 2));
  lines_.resize(needed);
  for (std::size_t i = 0; i < count; ++i, ++size_)
    for (std::size_t w = 0; w < words_; ++w)
      lines_[size_ / distance::kBlockRows * words_ + w].lane[size_ % distance::kBlockRows] =
          hashes[i * words_ + w];
}

}  // namespace ectype::index
