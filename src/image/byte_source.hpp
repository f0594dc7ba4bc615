#pragma once

#include "core/locked_files.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace ectype::image {

/// Random access to the bytes of a file or buffer. Thread-safe. Files are read with pread and never
/// mapped: a file that shrinks under a mapping would kill the process.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Copies up to out.size() bytes from `offset`; fewer only at the end. Throws Error (unreadable).
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// All bytes, for codecs that need them in memory; read once and kept.
  /// Throws Error (over_limit) above `limit`.
  [[nodiscard]] virtual std::span<const std::uint8_t> all(std::uint64_t limit) const = 0;
  /// For messages: the path, or what else it is.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 protected:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}

 private:
  std::string name_;
};

/// An open regular file. Throws Error (not_found, unreadable), and (unsupported) for a hash set
/// that is in use.
ReadDescriptor open_regular_file(const std::filesystem::path& path);
std::shared_ptr<const ByteSource> open_file(const std::filesystem::path& path);
std::shared_ptr<const ByteSource> open_descriptor(int descriptor, std::uint64_t limit);
std::shared_ptr<const ByteSource> open_memory(std::span<const std::uint8_t> bytes);
/// Bytes that the source itself owns.
std::shared_ptr<const ByteSource> own_memory(std::string name, std::vector<std::uint8_t> bytes);

}  // namespace ectype::image
