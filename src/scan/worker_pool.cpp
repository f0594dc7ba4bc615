#include "scan/worker_pool.hpp"

#include "ectype/error.hpp"

#include <cstdlib>
#include <utility>

#include <unistd.h>

namespace ectype::scan {
namespace {

std::filesystem::path find_worker(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  if (const char* named = std::getenv("ECTYPE_WORKER"); named != nullptr && *named != '\0')
    return named;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (error ? std::filesystem::path(".") : program.parent_path()) / "ectype-worker";
}

}  // namespace

WorkerPool::WorkerPool(const ScanOptions& options)
    : isolation_(*options.isolation), program_(find_worker(isolation_.worker)) {
  task_.options = options;
  task_.options.against = nullptr;
  task_.max_memory = isolation_.max_memory;
  task_.parent = ::getpid();
  std::unique_ptr<WorkerProcess> first = take();
  if (isolation_.on_missing && !first->missing().empty()) isolation_.on_missing(first->missing());
  give_back(std::move(first));
}

std::unique_ptr<WorkerProcess> WorkerPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<WorkerProcess> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  return std::make_unique<WorkerProcess>(program_, task_);
}

void WorkerPool::give_back(std::unique_ptr<WorkerProcess> worker) {
  if (worker->files_done() >= isolation_.files_per_worker) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

FileResult WorkerPool::examine(int descriptor) {
  // A second time in a new worker: what an earlier file did to the first must not count.
  for (int attempt = 1;; ++attempt) {
    std::unique_ptr<WorkerProcess> worker =
        attempt == 1 ? take() : std::make_unique<WorkerProcess>(program_, task_);
    if (auto result = worker->examine(descriptor, isolation_.deadline.count())) {
      give_back(std::move(worker));
      return std::move(*result);
    }
    if (attempt == 1) continue;
    FileResult result;
    result.outcome = worker->failure().outcome;
    result.reason = worker->failure().reason + ", twice";
    return result;
  }
}

}  // namespace ectype::scan
