#pragma once

#include "ectype/error.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ectype::index {

/// A file mapped read-only. Blocks of it are verified against checksums when they are first
/// touched. Once opened it may be replaced (by rename) and stays as it was. Thread-safe.
class MappedFile {
 public:
  static constexpr std::size_t kBlock = std::size_t{1} << 18;

  /// Throws Error (not_found, unreadable).
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The checksums of the blocks from byte `start` on: XXH3, seeded with the number of the block,
  /// so that blocks cannot change places. To be called once, before anything is touched.
  void verify_from(std::size_t start, std::span<const std::uint64_t> checksums);
  static std::uint64_t checksum(std::span<const std::uint8_t> block, std::uint64_t number);

  /// To be called before what stands there is used. Throws Error (damaged).
  void touch(const void* place, std::size_t size) const {
    const auto at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(place) - data_);
    for (std::size_t b = (at - start_) / kBlock; b <= (at + size - 1 - start_) / kBlock; ++b)
      if (!verified_[b].load(std::memory_order_acquire)) verify(b);
  }
  /// Everything from the first block to the last.
  void touch_all() const {
    for (std::size_t b = 0; b < checksums_.size(); ++b)
      if (!verified_[b].load(std::memory_order_acquire)) verify(b);
  }
  [[nodiscard]] Error damaged(const std::string& what) const;

 private:
  void verify(std::size_t block) const;

  std::string name_;
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t start_ = 0;
  std::span<const std::uint64_t> checksums_;
  std::unique_ptr<std::atomic<bool>[]> verified_;
};

}  // namespace ectype::index
