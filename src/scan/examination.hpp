#pragma once

#include "core/locked_files.hpp"
#include "scan/archive_place.hpp"
#include "scan/scan_state.hpp"
#include "scan/walk.hpp"
#include "scan/worker_lane.hpp"

#include "ectype/scan.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace ectype::scan {

/// What becomes of one entry of a walk. It begins with being opened and handed to a worker, so that
/// others can be finished while that one decodes it. Of the lane's thread.
class Examination {
 public:
  /// `state` and `lane`: null where there is none.
  Examination(const ScanOptions& options, ScanState* state, std::shared_ptr<WorkerLane> lane,
              WalkEntry&& entry);
  ~Examination();
  Examination(const Examination&) = delete;
  Examination& operator=(const Examination&) = delete;

  /// Of the file, where it is opened to be examined.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Its outcome; to be called once.
  [[nodiscard]] FileResult finish();

 private:
  void begin_path();
  void begin_member();
  void begin_open(int file);
  FileResult finish_path();
  FileResult finish_member();
  /// `member`: null for a file at a path.
  FileResult finish_open(const MemberFile* member);
  FileResult finish_archive();
  void add_facts(FileResult& result, const MemberFile* member);
  FileResult decode();
  std::optional<Preview> draw();
  /// Null for what is no archive.
  [[nodiscard]] const UnpackedArchive* archive() const;

  const ScanOptions& options_;
  ScanState* const state_;
  const std::shared_ptr<WorkerLane> lane_;
  WalkEntry entry_;
  std::optional<FileResult> done_;      // without a look into it
  std::optional<ReadDescriptor> file_;  // of a path
  FileIdentity identity_;               // of a path, where it is asked for
  bool replaced_ = false;               // since it was unpacked
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
  std::optional<FileFacts> facts_;  // where they are asked for
  std::string why_no_digests_;
  std::optional<std::uint32_t> number_;  // in the worker's hand
  FileResult decoded_;                   // by the worker
};

}  // namespace ectype::scan
