#pragma once

#include "scan/walk.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ectype::scan {

/// Examines entries on its threads and hands the results out in the order of submission, on the
/// submitting thread. One that takes long holds up the results behind it, not the work on them, as
/// long as what waits fits in memory: its bytes are bounded.
class OrderedPool {
 public:
  /// What finishes an entry, and how many bytes it has to get through.
  struct Begun {
    std::function<FileResult()> finish;
    std::uint64_t bytes = 0;
  };
  using Begin = std::function<Begun(WalkEntry&&)>;
  using Sink = std::function<void(FileResult&&)>;

  /// `threads` >= 1; fewer where the system gives no more. What `hand` returns is called on one of
  /// them each: a thread begins with the next entry before it finishes the one before, and with up
  /// to `most_begun` where they are small; with 1 it finishes each first. What these or `sink`
  /// throw comes out of `submit` or `finish`. `stop`: once it is true, the members throw Error
  /// (interrupted) instead of waiting; may be null.
  OrderedPool(unsigned threads, const std::function<Begin()>& hand, Sink sink,
              std::size_t most_begun, const std::atomic<bool>* stop = nullptr);
  ~OrderedPool();
  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;

  void submit(WalkEntry entry);
  /// Hands out all that can be, and waits until it is enough or nothing is left to wait for. What
  /// `enough` looks at changes by entries that are finished with.
  void settle(const std::function<bool()>& enough);
  void finish();

 private:
  struct Task {
    WalkEntry entry;
    Begun begun;
    FileResult result;
    std::exception_ptr error;
    std::size_t bytes = 0;  // of the result
    bool done = false;
  };
  using Tasks = std::deque<std::shared_ptr<Task>>;
  struct Progress {
    std::uint64_t finished = 0;  // ever
    std::size_t queued = 0;
    std::size_t finished_bytes = 0;
    bool first_is_done = false;
  };

  void run(const Begin& begin);
  [[nodiscard]] bool may_begin_another(const Tasks& begun) const;
  std::shared_ptr<Task> next(const Tasks& begun);
  [[nodiscard]] bool is_stopping();
  void complete(Task& task);
  void deliver_first();
  [[nodiscard]] Progress progress();
  void wait_beyond(std::uint64_t finished);

  Sink sink_;
  const std::size_t most_begun_;
  const std::atomic<bool>* const stop_;
  std::size_t most_queued_ = 0;
  std::mutex mutex_;
  std::condition_variable has_work_, has_result_;
  Tasks waiting_;                   // guarded by mutex_
  std::uint64_t finished_ = 0;      // guarded by mutex_
  std::size_t finished_bytes_ = 0;  // of those not handed out; guarded by mutex_
  std::size_t others_ = 0;          // threads beside each; guarded by mutex_
  bool stopping_ = false;           // guarded by mutex_
  Tasks in_order_;                  // the submitting thread's
  std::vector<std::thread> threads_;
};

}  // namespace ectype::scan
