#include "scan/worker_pool.hpp"

#include "scan/stopping.hpp"

#include "ectype/error.hpp"

#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include <unistd.h>

namespace ectype::scan {
namespace {

constexpr int kStartAttempts = 4;
constexpr std::chrono::milliseconds kStartPause{250};

std::filesystem::path find_worker(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  if (const char* named = std::getenv("ECTYPE_WORKER"); named != nullptr && *named != '\0')
    return named;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error)  // never a program of the current folder, which may be evidence
    throw Error(ErrorCode::not_found,
                "the worker that decodes is not found without /proc; name it by ECTYPE_WORKER "
                "(IsolationOptions::worker), or decode without isolation (--no-isolate)");
  return program.parent_path() / "ectype-worker";
}

}  // namespace

WorkerPool::WorkerPool(const ScanOptions& options, std::size_t threads)
    : isolation_(*options.isolation), program_(find_worker(isolation_.worker)) {
  task_.options = options;
  task_.options.against = nullptr;
  task_.max_memory = isolation_.max_memory;
  task_.parent = ::getpid();
  started_.push_back(std::make_unique<WorkerProcess>(program_, task_));
  try {
    if (threads > 1) started_.push_back(std::make_unique<WorkerProcess>(program_, task_));
  } catch (const Error&) {
    // Who asks for it tries again, and longer.
  }
  WorkerProcess& first = *started_.front();
  first.greet();
  if (isolation_.on_missing && !first.missing().empty()) isolation_.on_missing(first.missing());
}

std::unique_ptr<WorkerProcess> WorkerPool::start(std::string& why) {
  std::unique_ptr<WorkerProcess> started;
  {
    const std::lock_guard lock(mutex_);
    if (!started_.empty()) {
      started = std::move(started_.front());
      started_.erase(started_.begin());
    }
  }
  return make_ready(std::move(started), task_, why);
}

std::unique_ptr<WorkerProcess> WorkerPool::start_unpacker(std::string& why) {
  WorkerTask task = task_;
  task.unpack = true;
  return make_ready(nullptr, task, why);
}

/// A system that is short of processes or descriptors may have some again soon.
std::unique_ptr<WorkerProcess> WorkerPool::make_ready(std::unique_ptr<WorkerProcess> worker,
                                                      const WorkerTask& task, std::string& why) {
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kStartPause);
    try {
      if (!worker) worker = std::make_unique<WorkerProcess>(program_, task);
      worker->greet();
      return worker;
    } catch (const Error& error) {
      throw_if_stopping(task.options.stop);
      why = error.what();
      worker.reset();
    }
  }
  return nullptr;
}

}  // namespace ectype::scan
