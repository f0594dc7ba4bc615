#pragma once

#include <ectype/atomic_file.hpp>
#include <ectype/run_record.hpp>

#include <string>
#include <vector>

namespace cli {

/// Writes {"manifest": {..., "outputs": [{"name", "size", "sha256"}]}}, with the names of the files
/// as seen from the folder of the manifest. `file` is open for that path, and is committed. Returns
/// its own SHA-256.
std::string write_manifest(ectype::AtomicFile& file, const std::string& path,
                           const std::vector<std::string>& outputs, const ectype::RunRecord& run);

struct VerifiedOutput {
  std::string name;
  std::string problem;  ///< empty where the file is as the manifest says
};
/// Reads the files again. Throws ectype::Error for what is no manifest.
[[nodiscard]] std::vector<VerifiedOutput> verify_manifest(const std::string& path);

}  // namespace cli
