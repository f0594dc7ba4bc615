#pragma once

#include "ectype/export.hpp"

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace ectype {

/// A file that appears whole or not at all: it has no name while it is written (or, on file systems
/// without O_TMPFILE, a temporary one beside its place), is fsynced and put in place by `commit`.
/// Only its owner may read it, since what we write are hashes.
///
/// An existing file is replaced only where it is empty or begins as the outputs of ectype do: what
/// is somebody's work, or evidence, is refused. What is no regular file (a pipe, /dev/null) is
/// written to at once and never replaced. In a process that was forked since, it refuses to write
/// (invalid_argument) and leaves the file alone. Errors: `Error` (storage, already_exists). Not
/// thread-safe.
class ECTYPE_API AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path) : AtomicFile(path, {}) {}
  /// An output that is no text: replaces a file only where it is empty or starts with `magic`.
  AtomicFile(const std::filesystem::path& path, std::string_view magic);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view text);
  /// To be called once all is written; without it the file does not appear.
  void commit();

 private:
  [[nodiscard]] bool is_of_this_process() const noexcept;
  void require_this_process() const;
  [[noreturn]] void fail(const std::string& what) const;
  void open_temporary();
  void put_in_place();
  void flush();
  void write_through(std::string_view text);

  std::filesystem::path path_;
  std::string temporary_;  // empty: it has no name
  std::string buffer_;     // not stdio's, which a forked process would write once more as it exits
  int descriptor_ = -1;
  bool direct_ = false;  // not a regular file
  pid_t owner_;
};

}  // namespace ectype
