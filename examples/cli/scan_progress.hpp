#pragma once

#include "output.hpp"
#include <ectype/scan.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace cli {

/// How progress is told, on stderr.
enum class ProgressForm {
  none,
  line,  ///< one line that is written over and over, on a terminal
  json,  ///< an object a second, and one at the end
};

/// Tells every second how far a scan is, also while one file takes long. What is still to do is
/// counted meanwhile, so time left comes when all folders are listed.
class ScanProgress {
 public:
  ScanProgress(ProgressForm form, std::vector<std::string> paths);
  /// Takes the line away.
  ~ScanProgress();
  ScanProgress(const ScanProgress&) = delete;
  ScanProgress& operator=(const ScanProgress&) = delete;

  void add(const ectype::FileResult& result);
  /// The last object; the line goes away.
  void finish();

 private:
  struct Counts {
    std::uint64_t files = 0;
    std::uint64_t members = 0;  // of these, in archives
    std::uint64_t bytes = 0;
    std::uint64_t matches = 0;  // files that match
  };

  void tick();
  void tell(bool done);
  void stop();
  [[nodiscard]] double seconds() const;
  [[nodiscard]] std::optional<double> seconds_left(const Counts& now, double passed) const;

  const ProgressForm form_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable stopped_;
  Counts counts_;          // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::atomic<bool> stop_counting_ = false;
  std::atomic<std::uint64_t> total_ = 0;  // 0: not counted yet
  std::vector<std::thread> threads_;
};

/// "line" on a terminal that the results leave alone, else "none"; or what the name says.
ProgressForm progress_form(const std::string& name, const Output& results);

}  // namespace cli
