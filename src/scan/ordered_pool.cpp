#include "scan/ordered_pool.hpp"

#include "ectype/error.hpp"

#include <exception>
#include <string>

namespace ectype::scan {
namespace {

/// Finished results that may wait behind a slow file, a thread.
constexpr std::size_t kWindowPerThread = 64;

}  // namespace

OrderedPool::OrderedPool(unsigned threads, Work work, Sink sink)
    : work_(std::move(work)), sink_(std::move(sink)) {
  threads_.reserve(threads);
  try {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  } catch (const std::exception& error) {
    // The system gives no more: fewer do, none does not.
    if (threads_.empty())
      throw Error(ErrorCode::internal, std::string("no thread can be started: ") + error.what());
  }
  window_ = threads_.size() * kWindowPerThread;
}

OrderedPool::~OrderedPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void OrderedPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<Task> task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      task->result = work_(std::move(task->entry));
    } catch (...) {
      task->error = std::current_exception();
    }
    task->entry = {};  // and what it holds open
    lock.lock();
    task->done = true;
    has_result_.notify_one();
  }
}

void OrderedPool::deliver_first() {
  const std::shared_ptr<Task> task = in_order_.front();
  {
    std::unique_lock lock(mutex_);
    has_result_.wait(lock, [&] { return task->done; });
  }
  in_order_.pop_front();
  if (task->error) std::rethrow_exception(task->error);
  sink_(std::move(task->result));
}

bool OrderedPool::first_is_done() {
  const std::lock_guard lock(mutex_);
  return in_order_.front()->done;
}

/// Hands out what is finished in order, and waits until no more than `window` entries are pending.
void OrderedPool::deliver(std::size_t window) {
  while (!in_order_.empty() && (in_order_.size() > window || first_is_done())) deliver_first();
}

void OrderedPool::settle(const std::function<bool()>& enough) {
  while (!in_order_.empty() && !enough()) deliver_first();
}

void OrderedPool::submit(WalkEntry entry) {
  auto task = std::make_shared<Task>();
  task->entry = std::move(entry);
  in_order_.push_back(task);
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
  }
  has_work_.notify_one();
  deliver(window_);
}

void OrderedPool::finish() { deliver(0); }

}  // namespace ectype::scan
