#include "scan/worker_pool.hpp"

#include "scan/preview.hpp"

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

WorkerPool::WorkerPool(const ScanOptions& options)
    : isolation_(*options.isolation), program_(find_worker(isolation_.worker)) {
  task_.options = options;
  task_.options.against = nullptr;
  task_.max_memory = isolation_.max_memory;
  task_.parent = ::getpid();
  auto first = std::make_unique<WorkerProcess>(program_, task_);
  if (isolation_.on_missing && !first->missing().empty()) isolation_.on_missing(first->missing());
  give_back(std::move(first));
}

std::unique_ptr<WorkerProcess> WorkerPool::take_idle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<WorkerProcess> worker = std::move(idle_.back());
  idle_.pop_back();
  return worker;
}

void WorkerPool::give_back(std::unique_ptr<WorkerProcess> worker) {
  if (worker->files_done() >= isolation_.files_per_worker) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

/// A new one, or none: a system that is short of processes or descriptors may have some again soon.
std::unique_ptr<WorkerProcess> WorkerPool::start(const WorkerTask& task, std::string& why) {
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kStartPause);
    try {
      return std::make_unique<WorkerProcess>(program_, task);
    } catch (const Error& error) {
      why = error.what();
    }
  }
  return nullptr;
}

std::optional<Preview> WorkerPool::draw(int descriptor) {
  std::string why;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    std::unique_ptr<WorkerProcess> worker = attempt == 1 ? take_idle() : nullptr;
    if (!worker) worker = start(task_, why);
    if (!worker) return std::nullopt;
    const auto answer = worker->ask(kDraw, descriptor, isolation_.deadline.count());
    if (!answer) continue;
    try {
      auto preview = read_preview_answer(*answer);
      give_back(std::move(worker));
      return preview;
    } catch (const Error& error) {
      worker->give_up(error.what());
    }
  }
  return std::nullopt;
}

std::unique_ptr<WorkerProcess> WorkerPool::start_unpacker(std::string& why) {
  WorkerTask task = task_;
  task.unpack = true;
  return start(task, why);
}

FileResult WorkerPool::examine(int descriptor) {
  FileResult failed;
  failed.outcome = Outcome::crashed;
  // A second time in a new worker: what an earlier file did to the first must not count.
  for (int attempt = 1; attempt <= 2; ++attempt) {
    std::unique_ptr<WorkerProcess> worker = attempt == 1 ? take_idle() : nullptr;
    std::string why;
    if (!worker) worker = start(task_, why);
    if (!worker) {
      failed.reason = "no worker could be started to decode it: " + why;
      failed.host_failed = true;
      return failed;
    }
    if (auto result = worker->examine(descriptor, isolation_.deadline.count(), task_.options)) {
      give_back(std::move(worker));
      return std::move(*result);
    }
    failed.outcome = worker->failure().outcome;
    failed.reason = worker->failure().reason + ", twice";
  }
  return failed;
}

}  // namespace ectype::scan
