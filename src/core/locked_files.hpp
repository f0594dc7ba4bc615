#pragma once

#include "core/own_process.hpp"

#include <filesystem>
#include <utility>

#include <sys/stat.h>

namespace ectype {

/// Marks a file that this process keeps POSIX locks on, for as long as the object lives. Closing
/// *any* descriptor of such a file drops the locks (fcntl(2)), and with them what SQLite relies on:
/// nothing else of ours may open it. Thread-safe.
class LockedFile {
 public:
  /// Throws Error (invalid_argument) where the process that forked this one has it open: SQLite
  /// would take over what it knew of its locks there, and hold none.
  explicit LockedFile(const std::filesystem::path& path);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;
  /// Whether the path still leads to this file.
  [[nodiscard]] bool is_at(const std::filesystem::path& path) const;

 private:
  OwnProcess owner_;
  struct stat status_ {};
  bool known_ = false;
};

/// Whether a LockedFile is the same file.
bool is_locked_file(const struct stat& status);

/// A descriptor for reading that never drops the locks of a LockedFile: such a file is not opened
/// (which throws Error, unsupported), and a descriptor whose file became one meanwhile stays open
/// for good. Where the system refuses to open the file, the object is false and errno says why.
class ReadDescriptor {
 public:
  ReadDescriptor(const std::filesystem::path& path, int flags);
  explicit ReadDescriptor(int owned) : descriptor_(owned) {}
  ~ReadDescriptor();
  ReadDescriptor(ReadDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ReadDescriptor& operator=(ReadDescriptor&&) = delete;

  explicit operator bool() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace ectype
