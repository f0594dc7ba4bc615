#pragma once

#include "scan/archive_place.hpp"
#include "scan/scan_state.hpp"
#include "scan/walk.hpp"
#include "scan/worker_pool.hpp"

#include "ectype/scan.hpp"

#include <optional>
#include <string>

namespace ectype::scan {

/// Examines the entries of a walk: in this process, or in workers. Thread-safe.
class Examiner {
 public:
  /// `state`: null where none is kept. Both have to outlive it.
  explicit Examiner(const ScanOptions& options, ScanState* state = nullptr);

  [[nodiscard]] FileResult operator()(WalkEntry&& entry);
  /// Null where decoding is not isolated.
  [[nodiscard]] WorkerPool* workers() { return workers_ ? &*workers_ : nullptr; }

 private:
  FileResult examine_path(const std::string& path, const ArchivePlace* archive);
  FileResult examine_member(WalkEntry& entry, const ArchivePlace& place);
  /// `archive`: null for what is to be decoded. `member`: null for a file at a path.
  FileResult examine_open(int file, const UnpackedArchive* archive, const MemberFile* member);
  FileResult examine_archive(int file, const UnpackedArchive& archive);
  FileResult decode(int file);
  std::optional<Preview> draw(int file);

  const ScanOptions& options_;
  ScanState* const state_;
  std::optional<WorkerPool> workers_;
};

}  // namespace ectype::scan
