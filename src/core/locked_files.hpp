#pragma once

#include <filesystem>

#include <sys/stat.h>

namespace ectype {

/// Marks a file that this process keeps POSIX locks on, for as long as the object lives. Closing
/// *any* descriptor of such a file drops the locks (fcntl(2)), and with them what SQLite relies on:
/// nothing else of ours may open it. Thread-safe.
class LockedFile {
 public:
  explicit LockedFile(const std::filesystem::path& path);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

 private:
  struct stat status_ {};
  bool known_ = false;
};

/// Whether a LockedFile is the same file.
bool is_locked_file(const struct stat& status);
bool is_locked_file(const std::filesystem::path& path);

}  // namespace ectype
