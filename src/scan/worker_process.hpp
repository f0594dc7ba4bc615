#pragma once

#include "scan/worker_protocol.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ectype::scan {

/// A worker process, as its parent sees it. Not thread-safe. What goes wrong in it, and whatever it
/// answers, never harms the parent.
class WorkerProcess {
 public:
  /// Starts the program, and does not wait for it. Throws Error (not_found) where it cannot be
  /// started. It ends with the thread that makes it.
  WorkerProcess(std::filesystem::path program, const WorkerTask& task);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// To be called first: waits until it is ready. Throws Error (not_found) where it does not answer
  /// as a worker, (interrupted) as `ask`.
  void greet();

  /// How it ended: instead of an answer.
  struct Failure {
    Outcome outcome;  ///< crashed or timed_out
    std::string reason;
  };
  /// The answer to a number and a descriptor, whatever it says; empty where it fails, and then the
  /// process is gone.
  /// Throws Error (interrupted) once the task's `stop` is true.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> ask(std::uint32_t number, int descriptor,
                                                             std::int64_t deadline_ms);
  /// Ends it, for it gave no sense.
  void give_up(const std::string& why);
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

  /// The steps of `ask`, for more than one file at a time. Whether it has sent nothing that was not
  /// asked for:
  [[nodiscard]] bool is_silent() const { return answers_->is_silent(); }
  /// False where it takes nothing.
  [[nodiscard]] bool hand_over(std::uint32_t number, int descriptor) const;
  /// Whether `receive` has an answer at hand.
  [[nodiscard]] bool has_answered() const { return answers_->has_message(); }
  /// The next answer; empty where none comes in time. Throws as `ask`.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> receive(std::int64_t deadline_ms);
  /// Ends it after `receive` gave nothing, and says why that was.
  Failure end();

  /// What its sandbox lacks, in words.
  [[nodiscard]] const std::string& missing() const noexcept { return missing_; }

 private:
  std::optional<int> end_process() noexcept;

  const std::filesystem::path program_;
  pid_t process_ = -1;
  int socket_ = -1;
  const std::atomic<bool>* const stop_;   // of the caller; may be null
  std::optional<MessageStream> answers_;  // once the socket is there
  bool greeted_ = false;
  std::string missing_;
  std::string late_;  // what took too long, in words
  Failure failure_{};
};

}  // namespace ectype::scan
