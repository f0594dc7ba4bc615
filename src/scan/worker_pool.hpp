#pragma once

#include "scan/worker_process.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace ectype::scan {

/// Starts the worker processes of one scan. Thread-safe.
class WorkerPool {
 public:
  /// `options` has isolation; its set is not touched. Starts the first worker, so that what keeps
  /// workers from starting is an Error (not_found) before any file is touched.
  explicit WorkerPool(const ScanOptions& options);

  /// A new worker; null where none can be started, and why.
  [[nodiscard]] std::unique_ptr<WorkerProcess> start(std::string& why);
  /// The same, that unpacks archives.
  [[nodiscard]] std::unique_ptr<WorkerProcess> start_unpacker(std::string& why);

  [[nodiscard]] const ScanOptions& options() const { return task_.options; }
  [[nodiscard]] unsigned files_per_worker() const { return isolation_.files_per_worker; }
  /// What a worker may take for one step.
  [[nodiscard]] std::int64_t deadline_ms() const { return isolation_.deadline.count(); }

 private:
  std::unique_ptr<WorkerProcess> try_to_start(const WorkerTask& task, std::string& why);

  IsolationOptions isolation_;
  WorkerTask task_;
  std::filesystem::path program_;
  std::mutex mutex_;
  std::unique_ptr<WorkerProcess> first_;  // until somebody asks for it; guarded by mutex_
};

}  // namespace ectype::scan
