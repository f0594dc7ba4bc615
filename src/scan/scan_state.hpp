#pragma once

#include "hashset/sqlite.hpp"
#include "scan/file_facts.hpp"

#include "ectype/scan.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

// The state of a scan: a SQLite 3 database that keeps the rows of files that were examined, so that
// a scan which was interrupted goes on. It holds no hash.
//
//   PRAGMA application_id = 0x45435453 ("ECTS"), PRAGMA user_version = 1 (the format version)
//
//   options(text TEXT)      one row: what the rows depend on, beside the files
//   rows(path BLOB, ordinal INTEGER, identity TEXT, result BLOB, checksum INTEGER)
//       ordinal: 0 for the file itself, from 1 for what lies in it, if it is an archive, in its
//       order. identity: see FileIdentity. result: see row_bytes. checksum: hashset/checksum.hpp
//       over the other columns.

namespace ectype::scan {

/// Thread-safe. What was put is on disk at most a second later, or with `finish`; whatever happens
/// to the process or the machine, the file keeps a whole state, and no other process can use it
/// meanwhile. Errors: Error with storage, damaged, unsupported (a foreign file), invalid_argument
/// (the state is of other options, which it names).
class ScanState {
 public:
  /// `options`: a line each, "name: value".
  ScanState(const std::filesystem::path& file, const std::string& options);
  ~ScanState();
  ScanState(const ScanState&) = delete;
  ScanState& operator=(const ScanState&) = delete;

  /// The row of a file that is still the same, without its path.
  [[nodiscard]] std::optional<FileResult> find(std::string_view path, std::uint64_t ordinal,
                                               const FileIdentity& identity);
  /// How many rows of what lies in it there are.
  [[nodiscard]] std::uint64_t rows_within(std::string_view path, const FileIdentity& identity);
  void put(std::string_view path, std::uint64_t ordinal, const FileIdentity& identity,
           const FileResult& result);
  void finish();

 private:
  void commit();

  std::mutex mutex_;
  hashset::Database database_;
  std::optional<hashset::Statement> select_, count_, insert_;
  bool open_ = false;  // a transaction
  std::chrono::steady_clock::time_point committed_;
};

}  // namespace ectype::scan
