#pragma once

#include <ectype/hash_set.hpp>
#include <ectype/run_record.hpp>
#include <ectype/scan.hpp>

#include <string>
#include <vector>

namespace cli {

/// Kept for records; main calls it first.
void set_command_line(int argc, char** argv);

/// The record of a scan that begins now. `set_sha256`: hexadecimal, of the file of the set.
[[nodiscard]] ectype::RunRecord begin_record(const ectype::ScanOptions& options,
                                             const std::string& set_sha256);

/// Now, in UTC: "2026-11-29T18:04:05Z".
[[nodiscard]] std::string utc_now();

/// SHA-256 of a file, hexadecimal.
[[nodiscard]] std::string sha256_of(const std::string& path);

}  // namespace cli
