#pragma once

#include "scan/walk.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ectype::scan {

/// Examines entries on its threads and hands the results out in the order of submission, on the
/// submitting thread. The window of unfinished entries is bounded, and so is memory.
class OrderedPool {
 public:
  using Work = std::function<FileResult(WalkEntry&&)>;
  using Sink = std::function<void(FileResult&&)>;

  /// `threads` >= 1; fewer where the system gives no more. What `work` or `sink` throws comes out
  /// of `submit` or `finish`.
  OrderedPool(unsigned threads, Work work, Sink sink);
  ~OrderedPool();
  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;

  void submit(WalkEntry entry);
  /// Hands out finished results in their order until it is enough, or there are no more.
  void settle(const std::function<bool()>& enough);
  void finish();

 private:
  struct Task {
    WalkEntry entry;
    FileResult result;
    std::exception_ptr error;
    bool done = false;
  };

  void run();
  void deliver(std::size_t window);
  void deliver_first();
  [[nodiscard]] bool first_is_done();

  Work work_;
  Sink sink_;
  std::size_t window_ = 0;
  std::mutex mutex_;
  std::condition_variable has_work_, has_result_;
  std::deque<std::shared_ptr<Task>> waiting_;   // guarded by mutex_
  bool stopping_ = false;                       // guarded by mutex_
  std::deque<std::shared_ptr<Task>> in_order_;  // the submitting thread's
  std::vector<std::thread> threads_;
};

}  // namespace ectype::scan
