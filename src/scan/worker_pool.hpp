#pragma once

#include "scan/worker_process.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ectype::scan {

/// Worker processes of one scan, at most one for each file that is examined at the same time.
/// Thread-safe. They end with the pool.
class WorkerPool {
 public:
  /// `options` has isolation; its set is not touched. Starts the first worker, so that what keeps
  /// workers from starting is an Error (not_found) before any file is touched.
  explicit WorkerPool(const ScanOptions& options);

  /// One open file, as `decode_descriptor`; what becomes of its worker is its outcome.
  [[nodiscard]] FileResult examine(int descriptor);

  /// A preview of one open file; none where its decoder fails.
  [[nodiscard]] std::optional<Preview> draw(int descriptor);

  /// A new worker that unpacks archives; null where none can be started, and why.
  [[nodiscard]] std::unique_ptr<WorkerProcess> start_unpacker(std::string& why);
  /// What a worker may take for one step.
  [[nodiscard]] std::int64_t deadline_ms() const { return isolation_.deadline.count(); }

 private:
  std::unique_ptr<WorkerProcess> take_idle();
  std::unique_ptr<WorkerProcess> start(const WorkerTask& task, std::string& why);
  void give_back(std::unique_ptr<WorkerProcess> worker);

  IsolationOptions isolation_;
  WorkerTask task_;
  std::filesystem::path program_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<WorkerProcess>> idle_;  // guarded by mutex_
};

}  // namespace ectype::scan
