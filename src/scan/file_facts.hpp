#pragma once

#include "ectype/scan.hpp"

#include <cstdint>
#include <string>

namespace ectype::scan {

/// Size and times of an open file, before anybody reads it; where they cannot be had, `why` there
/// will be no digests.
[[nodiscard]] FileFacts begin_facts(int descriptor, std::string& why);
/// Adds the digests: reads the file from beginning to end, as long as it was at first. Where there
/// are none, for it is larger than `options` allow or cannot be read, `why` says so; nothing is
/// done where it says so already. Throws Error: internal where OpenSSL lacks one of the digests,
/// interrupted once `options.stop` is true.
void add_digests(FileFacts& facts, int descriptor, const ScanOptions& options, std::string& why);

/// Of all of an open file; where there are none, `why` says so. Throws as `add_digests`.
[[nodiscard]] FileDigests digests_of(int descriptor, std::string& why);

/// Bytes of an open file; 0 where the system does not tell.
[[nodiscard]] std::uint64_t size_of(int descriptor);

/// Whether the file is no longer as it was when its facts were begun.
[[nodiscard]] bool has_changed(int descriptor, const FileFacts& facts);

/// By what a file counts as unchanged: number and size, time of change, and time of change of its
/// inode, which programs cannot set back where the file system keeps one.
struct FileIdentity {
  std::string text;

  /// Of an open file. Throws Error (unreadable).
  [[nodiscard]] static FileIdentity of(int descriptor);
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

}  // namespace ectype::scan
