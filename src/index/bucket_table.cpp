#include "index/bucket_table.hpp"

#include <algorithm>
#include <bit>

namespace ectype::index {
namespace {

static_assert(std::endian::native == std::endian::little, "row numbers are cut at their high end");

std::size_t bytes_of_row(std::uint64_t rows) { return rows <= std::uint64_t{1} << 24 ? 3 : 4; }

}  // namespace

BucketTable::BucketTable(std::span<const std::uint32_t> keys, unsigned bits)
    : row_bytes_(bytes_of_row(keys.size())), row_mask_(row_bytes_ == 3 ? 0xFFFFFFu : 0xFFFFFFFFu) {
  const std::size_t buckets = std::size_t{1} << bits;
  Array<std::uint32_t> starts(buckets + 1);
  for (const std::uint32_t key : keys) ++starts[key + 1];
  for (std::size_t b = 0; b < buckets; ++b) starts[b + 1] += starts[b];

  rows_.resize(keys.size() * row_bytes_ + 1);
  // starts[key] moves to the end of its bucket, which is the start of the next one.
  for (std::uint32_t row = 0; row < keys.size(); ++row) {
    std::uint8_t* const at = rows_.data() + std::size_t{starts[keys[row]]++} * row_bytes_;
    std::memcpy(at, &row, 3);
    if (row_bytes_ == 4) at[3] = static_cast<std::uint8_t>(row >> 24);
  }
  std::copy_backward(starts.begin(), starts.end() - 1, starts.end());
  starts[0] = 0;

  if (fits_groups(starts)) {
    pack_groups(starts);
  } else {
    wide_ = std::move(starts);
  }
}

std::uint64_t BucketTable::bytes_needed(unsigned bits, std::uint64_t rows) {
  const std::uint64_t groups = (std::uint64_t{1} << bits) / kGroupSize + 2;
  return groups * sizeof(Group) + rows * bytes_of_row(rows) + 1;
}

bool BucketTable::fits_groups(const Array<std::uint32_t>& starts) const {
  const std::size_t buckets = starts.size() - 1;
  for (std::size_t first = 0; first < buckets; first += kGroupSize)
    if (starts[std::min(first + kGroupSize, buckets)] - starts[first] > UINT16_MAX) return false;
  return true;
}

void BucketTable::pack_groups(const Array<std::uint32_t>& starts) {
  const std::size_t buckets = starts.size() - 1;
  groups_.resize((buckets + kGroupSize - 1) / kGroupSize + 1);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].base = starts[std::min(g * kGroupSize, buckets)];
    for (std::size_t i = 0; i < kGroupSize; ++i)
      groups_[g].start[i] = static_cast<std::uint16_t>(
          starts[std::min(g * kGroupSize + i, buckets)] - groups_[g].base);
  }
}

}  // namespace ectype::index
