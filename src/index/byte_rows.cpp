#include "index/byte_rows.hpp"

#include <algorithm>

namespace ectype::index {
namespace {

using distance::kByteBlockRows;

/// At least half as much again as before: rows may come one at a time.
template <typename Vector>
void grow(Vector& vector, std::size_t size) {
  if (size > vector.capacity()) vector.reserve(std::max(size, vector.capacity() * 3 / 2));
}

constexpr std::size_t blocks_of(std::size_t rows) {
  return (rows + kByteBlockRows - 1) / kByteBlockRows;
}

}  // namespace

void ByteBlocks::reserve(std::size_t rows) {
  grow(bytes_, blocks_of(rows) * block_bytes());
  grow(starts_, blocks_of(rows) * kByteBlockRows);
}

void ByteBlocks::append(const std::uint8_t* vector) {
  bytes_.resize(blocks_of(size_ + 1) * block_bytes());
  starts_.resize(blocks_of(size_ + 1) * kByteBlockRows, kNeverStart);
  starts_[size_] = form_.put_row(vector, size_ % kByteBlockRows,
                                 bytes_.data() + size_ / kByteBlockRows * block_bytes());
  ++size_;
}

void ByteBlocks::clear() noexcept {
  bytes_.clear();
  starts_.clear();
  size_ = 0;
}

distance::ByteColumns ByteBlocks::columns(std::size_t first_row, std::size_t rows) const {
  return {bytes_.data() + first_row / kByteBlockRows * block_bytes(), starts_.data() + first_row,
          blocks_of(rows), form_.quads()};
}

void ByteRows::append(std::span<const std::uint8_t> vectors) {
  grow(vectors_, vectors_.size() + vectors.size());
  means_.reserve(size() + vectors.size() / vector_size_);
  for (std::size_t at = 0; at < vectors.size(); at += vector_size_)
    means_.append(vectors.data() + at);
  vectors_.insert(vectors_.end(), vectors.begin(), vectors.end());
}

}  // namespace ectype::index
