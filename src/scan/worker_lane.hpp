#pragma once

#include "scan/worker_pool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ectype::scan {

/// A worker process as the one thread that uses it sees it, and the next one when that ends. It can
/// be handed a file while it is still at the one before, so that it need not wait for its parent.
/// Not thread-safe.
class WorkerLane {
 public:
  /// Takes an answer in. What it throws is that the worker gave no sense.
  using Read = std::function<void(std::uint32_t number, std::span<const std::uint8_t> answer)>;
  /// Why there is no answer.
  struct Failure : WorkerProcess::Failure {
    bool host_failed = false;  ///< no worker could be started
  };

  /// `pool` has to outlive it.
  explicit WorkerLane(WorkerPool& pool) : pool_(pool) {}

  /// Hands over a file, with `flags` beside the number that it gets and that is returned. `read` is
  /// called by `wait_for`, of this number or of a later one. The file is to stay open, and what
  /// `read` uses is to live, until that of this number has returned, or `forget`.
  std::uint32_t hand_over(std::uint32_t flags, int descriptor, Read read);
  /// Waits for the answer; to be called once for each number. What fails a worker is tried once
  /// more alone, in a new one. Throws Error (interrupted), and forgets it, where the scan is to
  /// end.
  std::optional<Failure> wait_for(std::uint32_t number);
  /// Instead of waiting: its answer is for nobody.
  void forget(std::uint32_t number);

 private:
  struct InHand {
    std::uint32_t number = 0;
    std::uint32_t flags = 0;
    int descriptor = -1;
    Read read;
    bool sent = false;
    bool done = false;  // answered, or failed for good
    bool forgotten = false;
    bool failed_once = false;
    std::optional<Failure> failure;
  };

  /// How fast answers have come of late.
  class Pace {
   public:
    using Clock = std::chrono::steady_clock;
    void count() { ++answers_; }
    /// Of one answer, up to now.
    Clock::duration measure();

   private:
    Clock::time_point since_ = Clock::now();
    unsigned answers_ = 0;
    Clock::duration of_one_{};
  };

  InHand* find(std::uint32_t number);
  InHand* first_not_done();
  [[nodiscard]] unsigned sent_and_not_done() const;
  void send();
  bool send(InHand& file);
  void start(std::string& why);
  void give(InHand& file);
  void nap();
  void receive();
  void fail(InHand& file, WorkerProcess::Failure how);

  WorkerPool& pool_;
  std::unique_ptr<WorkerProcess> worker_;
  unsigned files_of_worker_ = 0;
  std::uint32_t next_number_ = 0;
  Pace pace_;
  std::vector<InHand> in_hand_;  // in order of their numbers
};

}  // namespace ectype::scan
