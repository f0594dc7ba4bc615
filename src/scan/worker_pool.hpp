#pragma once

#include "scan/worker_process.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ectype::scan {

/// Starts the worker processes of one scan. Thread-safe.
class WorkerPool {
 public:
  /// `options` has isolation; its set is not touched. Starts the first worker, so that what keeps
  /// workers from starting is an Error (not_found) before any file is touched, and beside it that
  /// of the second of `threads`.
  WorkerPool(const ScanOptions& options, std::size_t threads);

  /// A new worker; null where none can be started, and why.
  [[nodiscard]] std::unique_ptr<WorkerProcess> start(std::string& why);
  /// The same, that unpacks archives.
  [[nodiscard]] std::unique_ptr<WorkerProcess> start_unpacker(std::string& why);

  [[nodiscard]] const ScanOptions& options() const { return task_.options; }
  [[nodiscard]] unsigned files_per_worker() const { return isolation_.files_per_worker; }
  /// What a worker may take for one step.
  [[nodiscard]] std::int64_t deadline_ms() const { return isolation_.deadline.count(); }

 private:
  std::unique_ptr<WorkerProcess> make_ready(std::unique_ptr<WorkerProcess> worker,
                                            const WorkerTask& task, std::string& why);

  IsolationOptions isolation_;
  WorkerTask task_;
  std::filesystem::path program_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<WorkerProcess>> started_;  // not asked for yet; guarded by mutex_
};

}  // namespace ectype::scan
