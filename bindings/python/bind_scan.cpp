#include "convert.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include <pybind11/stl.h>
#include <unistd.h>

namespace binding {
namespace {

/// A scan on a thread of its own, which never touches Python: whatever becomes of the interpreter,
/// it does not wait for it. Rows wait in a queue of bounded length.
class RunningScan {
 public:
  RunningScan(std::vector<std::string> paths, const ectype::ScanOptions& options)
      : paths_(std::move(paths)), options_(with_stop(options)), thread_([this] { run(); }) {}
  ~RunningScan() {
    stop();
    join();
  }
  RunningScan(const RunningScan&) = delete;
  RunningScan& operator=(const RunningScan&) = delete;

  enum class State { row, none_yet, ended };
  /// Waits a moment. Throws what ended the scan.
  State next(std::string& row) {
    std::unique_lock lock(mutex_);
    has_row_.wait_for(lock, std::chrono::milliseconds(100),
                      [this] { return ended_ || !rows_.empty(); });
    if (!rows_.empty()) {
      row = std::move(rows_.front());
      rows_.pop_front();
      has_room_.notify_one();
      return State::row;
    }
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return ended_ ? State::ended : State::none_yet;
  }

  /// It ends soon.
  void stop() {
    stop_scan_ = true;
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    rows_.clear();
    has_room_.notify_one();
  }
  /// To be called by one thread at a time.
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  /// Waits a moment for its end.
  bool has_ended() {
    std::unique_lock lock(mutex_);
    return has_row_.wait_for(lock, std::chrono::milliseconds(100), [this] { return ended_; });
  }

 private:
  static constexpr std::size_t kMostRows = 256;
  struct Stopped {};

  ectype::ScanOptions with_stop(ectype::ScanOptions options) const {
    options.stop = &stop_scan_;
    return options;
  }

  void run() {
    std::exception_ptr error;
    try {
      examine_tree(paths_, options_,
                   [this](ectype::FileResult&& result) { put(scan_row_json(result)); });
    } catch (const Stopped&) {
    } catch (...) {
      if (!stop_scan_) error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    error_ = error;
    ended_ = true;
    has_row_.notify_all();
  }

  void put(std::string row) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return stopping_ || rows_.size() < kMostRows; });
    if (stopping_) throw Stopped{};
    rows_.push_back(std::move(row));
    has_row_.notify_one();
  }

  std::atomic<bool> stop_scan_ = false;
  const std::vector<std::string> paths_;
  const ectype::ScanOptions options_;
  std::mutex mutex_;
  std::condition_variable has_row_, has_room_;
  std::deque<std::string> rows_;  // as this and what follows guarded by mutex_
  std::exception_ptr error_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

/// The scan as Python holds it. A forked process has its memory and not its thread: there it is
/// left as it is.
class Scan {
 public:
  Scan(const std::vector<py::object>& paths, const ectype::HashSet& against,
       const std::string& level, double false_matches_per_million, bool archives, bool thumbnails,
       const py::object& state, unsigned threads, double timeout, const std::string& worker) {
    options_.level = options_.match.level = ectype::parse_level(level);
    options_.match.false_matches_per_million = false_matches_per_million;
    options_.against = &against;
    options_.facts = true;
    options_.thumbnails = thumbnails;
    if (archives) options_.archives.emplace();
    if (!state.is_none()) options_.state = fs_encode(state);
    options_.threads = threads;
    options_.isolation = isolation_by(worker);
    if (options_.isolation)
      options_.isolation->deadline = std::chrono::milliseconds(std::llround(1e3 * timeout));
    for (const py::object& path : paths) paths_.push_back(fs_encode(path));
  }
  ~Scan() {
    closed_ = true;
    if (running_ && process_ != ::getpid()) static_cast<void>(running_.release());
    const py::gil_scoped_release release;
    running_.reset();
  }
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  py::bytes next() {
    if (closed_) throw py::stop_iteration();
    if (!running_) {
      running_ = std::make_unique<RunningScan>(paths_, options_);
      process_ = ::getpid();
    }
    if (process_ != ::getpid())
      throw ectype::Error(
          ectype::ErrorCode::invalid_argument,
          "a scan does not go on in a forked process; fork before it begins, or start "
          "processes without fork (multiprocessing: 'spawn')");
    std::string row;
    while (true) {
      RunningScan::State state{};
      {
        const py::gil_scoped_release release;
        state = running_->next(row);
      }
      if (state == RunningScan::State::row) return py::bytes(row);
      if (state == RunningScan::State::ended) throw py::stop_iteration();
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  void close() {
    closed_ = true;
    if (!running_ || process_ != ::getpid()) return;
    running_->stop();
    while (true) {
      bool ended = false;
      {
        const py::gil_scoped_release release;
        ended = running_->has_ended();
      }
      if (ended) return running_->join();  // by who has the GIL, and at once
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

 private:
  std::vector<std::string> paths_;
  ectype::ScanOptions options_;
  std::unique_ptr<RunningScan> running_;
  pid_t process_ = 0;
  bool closed_ = false;
};

}  // namespace

void bind_scan(py::module_& module) {
  py::class_<Scan>(module, "Scan")
      .def(py::init<const std::vector<py::object>&, const ectype::HashSet&, const std::string&,
                    double, bool, bool, const py::object&, unsigned, double, const std::string&>(),
           py::keep_alive<1, 3>())
      .def("next", &Scan::next)
      .def("close", &Scan::close);
}

}  // namespace binding
