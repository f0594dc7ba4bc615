#pragma once

#include "hashset/sqlite.hpp"
#include "scan/file_facts.hpp"

#include "ectype/error.hpp"
#include "ectype/scan.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

// The state of a scan: a SQLite 3 database that keeps the rows of files that were examined, so that
// a scan which was interrupted goes on. It holds no hash.
//
//   PRAGMA application_id = 0x45435453 ("ECTS"), PRAGMA user_version = 1 (the format version)
//
//   options(text TEXT, runs INTEGER)   one row: what the rows depend on, beside the files; scans
//   rows(path BLOB, place TEXT, identity TEXT, run INTEGER, result BLOB, checksum INTEGER)
//       place: kWholeFile for the file itself; for what lies in it, if it is an archive, see
//       member_place. identity: see FileIdentity. run: the scan that examined it, from 1.
//       result: see row_bytes. checksum: hashset/checksum.hpp over the other columns.

namespace ectype::scan {

/// Where a file lies in itself.
inline constexpr std::string_view kWholeFile = "~";
/// Where the member at an index lies in an archive at `archive`. It depends on the archive's bytes
/// alone, not on what became of its members; sorted by bytes, places are in the order of a walk, in
/// which an archive follows its members.
[[nodiscard]] std::string member_place(std::string_view archive, std::uint64_t index);

/// Thread-safe. What was put is on disk at most a moment later, or with `finish`; whatever happens
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
  [[nodiscard]] std::optional<FileResult> find(std::string_view path, std::string_view place,
                                               const FileIdentity& identity);
  /// The first place after another, of what lies in a file; empty where there is none.
  [[nodiscard]] std::string place_after(std::string_view path, std::string_view place,
                                        const FileIdentity& identity);
  /// How many rows of what lies in it there are.
  [[nodiscard]] std::uint64_t rows_within(std::string_view path, const FileIdentity& identity);
  void put(std::string_view path, std::string_view place, const FileIdentity& identity,
           const FileResult& result);
  void finish();

 private:
  void write(const std::function<void()>& step);
  void commit();

  std::mutex mutex_;
  hashset::Database database_;
  std::optional<hashset::Statement> select_, count_, next_, insert_;
  bool open_ = false;             // a transaction
  std::optional<Error> failure_;  // the first; SQLite then has rolled back
  std::int64_t run_ = 0;
  std::chrono::steady_clock::time_point committed_;
};

}  // namespace ectype::scan
