#include "index/bucket_table.hpp"

#include <algorithm>
#include <bit>

namespace ectype::index {
namespace {

static_assert(std::endian::native == std::endian::little, "row numbers are cut at their high end");

std::size_t bytes_of_row(std::uint64_t rows) { return rows <= std::uint64_t{1} << 24 ? 3 : 4; }

}  // namespace

BucketTable::BucketTable(std::span<const std::uint32_t> keys, unsigned bits)
    : row_count_(keys.size()),
      row_bytes_(bytes_of_row(keys.size())),
      row_mask_(row_bytes_ == 3 ? 0xFFFFFFu : 0xFFFFFFFFu) {
  const auto owned = std::make_shared<Owned>();
  const std::size_t buckets = std::size_t{1} << bits;
  Array<std::uint32_t> starts(buckets + 1);
  for (const std::uint32_t key : keys) ++starts[key + 1];
  for (std::size_t b = 0; b < buckets; ++b) starts[b + 1] += starts[b];

  owned->rows.resize(keys.size() * row_bytes_ + 1);
  // starts[key] moves to the end of its bucket, which is the start of the next one.
  for (std::uint32_t row = 0; row < keys.size(); ++row) {
    std::uint8_t* const at = owned->rows.data() + std::size_t{starts[keys[row]]++} * row_bytes_;
    std::memcpy(at, &row, 3);
    if (row_bytes_ == 4) at[3] = static_cast<std::uint8_t>(row >> 24);
  }
  std::copy_backward(starts.begin(), starts.end() - 1, starts.end());
  starts[0] = 0;

  if (fits_groups(starts)) {
    owned->groups = pack_groups(starts);
  } else {
    owned->starts = std::move(starts);
  }
  groups_ = owned->groups;
  starts_ = owned->starts;
  rows_ = owned->rows;
  owned_ = owned;
}

BucketTable::BucketTable(const Parts& parts, unsigned bits, std::uint64_t row_count,
                         std::shared_ptr<const MappedFile> file)
    : file_(std::move(file)),
      groups_(reinterpret_cast<const Group*>(parts.groups.data()),
              parts.groups.size() / sizeof(Group)),
      starts_(reinterpret_cast<const std::uint32_t*>(parts.starts.data()),
              parts.starts.size() / sizeof(std::uint32_t)),
      rows_(parts.rows),
      row_count_(row_count),
      row_bytes_(bytes_of_row(row_count)),
      row_mask_(row_bytes_ == 3 ? 0xFFFFFFu : 0xFFFFFFFFu) {
  const bool grouped = parts.groups.size() == group_count(bits) * sizeof(Group);
  const bool wide = parts.starts.size() == ((std::size_t{1} << bits) + 1) * sizeof(std::uint32_t);
  if (grouped == wide || (grouped ? !parts.starts.empty() : !parts.groups.empty()) ||
      rows_.size() != row_count * row_bytes_ + 1)
    throw file_->damaged("a section has not the size that it must have");
}

BucketTable::Parts BucketTable::parts() const noexcept {
  const auto bytes = [](const auto& span) {
    return std::span(reinterpret_cast<const std::uint8_t*>(span.data()), span.size_bytes());
  };
  return {bytes(groups_), bytes(starts_), rows_};
}

bool BucketTable::holds(std::uint32_t key, std::uint32_t row) const {
  auto [begin, end] = range(key);
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    touch_rows({middle, middle + 1});
    const std::uint32_t found = this->row(middle);
    if (found == row) return true;
    if (found < row)
      begin = middle + 1;
    else
      end = middle;
  }
  return false;
}

void BucketTable::throw_inconsistent() const {
  if (file_) throw file_->damaged("its buckets contradict each other");
  throw Error(ErrorCode::internal, "the buckets of an index contradict each other");
}

std::uint64_t BucketTable::bytes_needed(unsigned bits, std::uint64_t rows) {
  return group_count(bits) * sizeof(Group) + rows * bytes_of_row(rows) + 1;
}

bool BucketTable::fits_groups(const Array<std::uint32_t>& starts) {
  const std::size_t buckets = starts.size() - 1;
  for (std::size_t first = 0; first < buckets; first += kGroupSize)
    if (starts[std::min(first + kGroupSize, buckets)] - starts[first] > UINT16_MAX) return false;
  return true;
}

BucketTable::Array<BucketTable::Group> BucketTable::pack_groups(
    const Array<std::uint32_t>& starts) {
  const std::size_t buckets = starts.size() - 1;
  Array<Group> groups((buckets + kGroupSize - 1) / kGroupSize + 1);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups[g].base = starts[std::min(g * kGroupSize, buckets)];
    for (std::size_t i = 0; i < kGroupSize; ++i)
      groups[g].start[i] = static_cast<std::uint16_t>(
          starts[std::min(g * kGroupSize + i, buckets)] - groups[g].base);
  }
  return groups;
}

}  // namespace ectype::index
