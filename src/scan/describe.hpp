#pragma once

#include "ectype/scan.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace ectype::scan {

/// All that rows depend on beside the files, a line each: version, options, and the state of the
/// set.
[[nodiscard]] std::string state_options(const ScanOptions& options);

/// Throws Error (invalid_argument) where a file would lie in a folder that is scanned: what may be
/// evidence is never written to.
void require_outside(const std::filesystem::path& file, std::span<const std::string> scanned);

}  // namespace ectype::scan
