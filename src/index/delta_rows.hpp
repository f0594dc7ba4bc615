#pragma once

#include "index/hash_blocks.hpp"
#include "index/scan.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ectype::index {

/// Rows that were added to an index, in parts that never change: copies share them, and a copy that
/// grows leaves the others as they are. A part is merged with those before it that are no larger,
/// so that parts stay few and a row is copied a few times in all.
template <typename Hash>
class DeltaRows {
 public:
  [[nodiscard]] std::uint64_t size() const noexcept {
    return parts_.empty() ? 0 : parts_.back()->first + parts_.back()->blocks.size();
  }
  [[nodiscard]] std::size_t part_count() const noexcept { return parts_.size(); }

  void append(std::span<const Hash> hashes) {
    if (hashes.empty()) return;
    std::size_t kept = parts_.size();
    std::size_t count = hashes.size();
    while (kept > 0 && parts_[kept - 1]->blocks.size() <= count &&
           parts_[kept - 1]->blocks.size() + count <= kMostMerged)
      count += parts_[--kept]->blocks.size();
    const std::uint64_t first = size() + hashes.size() - count;
    std::vector<Hash> merged = from(first);
    merged.insert(merged.end(), hashes.begin(), hashes.end());
    const auto part = std::make_shared<Part>(first);
    part->blocks.append({words_of(std::span<const Hash>(merged)), merged.size() * Hash::words});
    parts_.resize(kept);
    parts_.push_back(part);
  }

  /// The rows from this one on.
  [[nodiscard]] std::vector<Hash> from(std::uint64_t row) const {
    std::vector<Hash> hashes;
    hashes.reserve(size() - row);
    for (const auto& part : parts_)
      for (std::uint64_t i = row > part->first ? row - part->first : 0; i < part->blocks.size();
           ++i)
        hashes.push_back(hash_at(part->blocks, i));
    return hashes;
  }

  /// As index::scan, in order of rows.
  template <typename Visit>
  void scan(std::span<const Hash> queries, std::span<std::int32_t> radii, Visit visit) const {
    for (const auto& part : parts_)
      index::scan(
          queries, radii, part->blocks.size(),
          [&](std::size_t first, std::size_t) { return part->blocks.blocks_from(first); },
          [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
            visit(query, part->first + row, distance);
          });
  }

 private:
  /// Rows up to which parts are merged: the most that one small addition copies.
  static constexpr std::size_t kMostMerged = std::size_t{1} << 16;

  struct Part {
    explicit Part(std::uint64_t number) : first(number) {}
    std::uint64_t first;
    HashBlocks blocks{Hash::words};
  };

  static Hash hash_at(const HashBlocks& blocks, std::size_t row) {
    typename Hash::Words words;
    for (std::size_t w = 0; w < Hash::words; ++w) words[w] = blocks.word(row, w);
    return Hash(words);
  }

  std::vector<std::shared_ptr<const Part>> parts_;
};

}  // namespace ectype::index
