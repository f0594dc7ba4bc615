#pragma once

#include "ectype/scan.hpp"

#include <string>

namespace ectype::scan {

/// Reads an open file from beginning to end. Throws Error (unreadable) where reading fails, with
/// `path` in its message, and (internal) where OpenSSL lacks one of the digests.
[[nodiscard]] FileFacts read_facts(int descriptor, const std::string& path);

/// Whether the file is no longer as it was when its facts were read.
[[nodiscard]] bool has_changed(int descriptor, const FileFacts& facts);

}  // namespace ectype::scan
