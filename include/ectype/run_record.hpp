#pragma once

#include "ectype/export.hpp"
#include "ectype/scan.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ectype {

/// How a scan came about: what a third party needs to repeat it, and all by which its outputs may
/// differ from those of another run over the same files. Texts are bytes as given, not always
/// UTF-8.
struct RunRecord {
  std::string version;                    ///< of ectype
  std::vector<std::string> codecs;        ///< name and version each: `codec_versions()`
  std::string cpu_level;                  ///< of the kernels; hashes do not depend on it
  std::string system;                     ///< kernel and machine, "Linux 6.1.0 x86_64"
  std::vector<std::string> command_line;  ///< as given, the program first
  std::string working_folder;
  std::string started, ended;  ///< UTC, ISO 8601
  std::string case_label;      ///< empty where it was not given; so below
  std::string operator_name;

  std::string set_path;
  std::string set_uuid;
  std::uint64_t set_generation = 0;
  std::uint64_t set_items = 0;
  std::string set_sha256;  ///< hexadecimal, of the file

  /// What was asked for and the limits, by name and in words: ("level", "standard"), ...
  std::vector<std::pair<std::string, std::string>> options;

  std::uint64_t files = 0;  ///< rows; the sum of `outcomes`
  std::uint64_t bytes = 0;  ///< of the files that could be read
  std::map<Outcome, std::uint64_t> outcomes;

  /// Counts a row.
  ECTYPE_API void add(const FileResult& result);
};

/// {"run": {...}}, a line of JSON: the last one of the rows of a scan. A file of rows without it is
/// not whole.
[[nodiscard]] ECTYPE_API std::string run_record_json(const RunRecord& run);
/// The same as a record of the columns of `scan_header_csv`: without a path, with the outcome
/// "run", and the object in the last column.
[[nodiscard]] ECTYPE_API std::string run_record_csv(const RunRecord& run);

}  // namespace ectype
