#include "scan/worker_process.hpp"

#include "scan/stopping.hpp"

#include "ectype/error.hpp"
#include "ectype/isolation.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ectype::scan {
namespace {

/// To start, initialise the codecs and greet.
constexpr std::int64_t kStartMilliseconds = 30'000;
/// To end by itself.
constexpr int kEndMilliseconds = 50;
/// To end after SIGKILL.
constexpr int kKillMilliseconds = 5000;
constexpr std::int64_t kLongestMilliseconds = std::int64_t{1} << 40;

struct SpawnActions {
  posix_spawn_file_actions_t actions;
  SpawnActions() { posix_spawn_file_actions_init(&actions); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
};

struct SpawnAttributes {
  posix_spawnattr_t attributes;
  SpawnAttributes() {
    posix_spawnattr_init(&attributes);
    // Whatever the caller blocks or ignores: the worker starts as a fresh program, in a group of
    // its own, so that Ctrl-C is the parent's to handle.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes,
        static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
};

/// Standard streams on /dev/null, the socket, and nothing else of the parent's.
pid_t spawn(const std::string& program, int socket) {
  SpawnActions files;
  for (int stream = 0; stream <= 2; ++stream)
    posix_spawn_file_actions_addopen(&files.actions, stream, "/dev/null",
                                     stream == 0 ? O_RDONLY : O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files.actions, socket, kWorkerSocket);
  posix_spawn_file_actions_addclosefrom_np(&files.actions, kWorkerSocket + 1);
  const SpawnAttributes attributes;
  const std::array<char*, 2> arguments{const_cast<char*>(program.c_str()), nullptr};
  pid_t process = -1;
  const int error = ::posix_spawn(&process, program.c_str(), &files.actions, &attributes.attributes,
                                  arguments.data(), environ);
  if (error != 0)
    throw Error(ErrorCode::not_found,
                program + ": the worker that decodes cannot be started: " + std::strerror(error) +
                    "; name it by ECTYPE_WORKER (IsolationOptions::worker), or decode without "
                    "isolation (--no-isolate)");
  return process;
}

std::string ended_in_words(const std::optional<int>& status) {
  if (!status) return "its decoder gave no answer and was ended";
  if (WIFSIGNALED(*status)) {
    const int signal = WTERMSIG(*status);
    const char* const name = ::sigabbrev_np(signal);
    std::string text = "its decoder was ended by SIG" + std::string(name ? name : "?");
    if (signal == SIGKILL) text += ", perhaps for want of memory";
    if (signal == SIGSYS) text += ": it tried what a decoder has no need of";
    return text;
  }
  return "its decoder ended with status " + std::to_string(WEXITSTATUS(*status));
}

}  // namespace

WorkerProcess::WorkerProcess(std::filesystem::path program, const WorkerTask& task)
    : program_(std::move(program)), stop_(task.options.stop) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error(ErrorCode::internal,
                std::string("no socket for a worker: ") + std::strerror(errno));
  socket_ = ends[0];
  answers_.emplace(socket_, stop_);
  // The socket may have the very number that it shall get, which keeps close-on-exec.
  const int theirs = ::fcntl(ends[1], F_DUPFD_CLOEXEC, kWorkerSocket + 1);
  const int error = errno;
  ::close(ends[1]);
  if (theirs < 0) {
    ::close(socket_);
    throw Error(ErrorCode::internal,
                std::string("no socket for a worker: ") + std::strerror(error));
  }
  std::vector<std::uint8_t> first;
  try {
    first = to_bytes(task);
    process_ = spawn(program_.string(), theirs);
  } catch (...) {
    ::close(theirs);
    ::close(socket_);
    throw;
  }
  ::close(theirs);
  // Where it takes nothing, it does not greet.
  static_cast<void>(send_message(socket_, first));
}

void WorkerProcess::greet() {
  if (greeted_) return;
  try {
    const auto hello = answers_->next(milliseconds_now() + kStartMilliseconds);
    if (!hello) throw Error(ErrorCode::not_found, "no answer");
    missing_ = read_hello(*hello).missing;
    greeted_ = true;
  } catch (const Error&) {
    if (is_stopping(stop_)) {
      end_process();
      throw_if_stopping(stop_);
    }
    const std::string how = ended_in_words(end_process());
    throw Error(ErrorCode::not_found,
                program_.string() +
                    ": is not a worker of this version of ectype, or cannot run here (" + how +
                    ")");
  } catch (...) {
    end_process();
    throw;
  }
}

WorkerProcess::~WorkerProcess() { end_process(); }

bool WorkerProcess::hand_over(std::uint32_t number, int descriptor) const {
  return send_request(socket_, {number, descriptor});
}

std::optional<std::vector<std::uint8_t>> WorkerProcess::receive(std::int64_t deadline_ms) {
  const std::int64_t deadline =
      milliseconds_now() + std::clamp<std::int64_t>(deadline_ms, 0, kLongestMilliseconds);
  auto message = answers_->next(deadline);
  if (!message) throw_if_stopping(stop_);
  if (!message && milliseconds_now() >= deadline)
    late_ = "took longer than " + std::to_string(deadline_ms) + " ms; allow more with --timeout";
  return message;
}

WorkerProcess::Failure WorkerProcess::end() {
  const std::optional<int> status = end_process();
  failure_ = late_.empty() ? Failure{Outcome::crashed, ended_in_words(status)}
                           : Failure{Outcome::timed_out, late_};
  return failure_;
}

std::optional<std::vector<std::uint8_t>> WorkerProcess::ask(std::uint32_t number, int descriptor,
                                                            std::int64_t deadline_ms) {
  // An answer that nobody asked for yet would be taken for that of this file.
  const bool given = is_silent() && hand_over(number, descriptor);
  auto message = given ? receive(deadline_ms) : std::nullopt;
  if (!message) end();
  return message;
}

void WorkerProcess::give_up(const std::string& why) {
  end_process();
  failure_ = {Outcome::crashed, "its decoder gave no sense: " + why};
}

/// How it ended by itself; empty where it had to be made to. Its socket is closed first.
std::optional<int> WorkerProcess::end_process() noexcept {
  if (process_ <= 0) return std::nullopt;
  ::close(socket_);
  int status = 0;
  bool known = true;  // a caller who ignores SIGCHLD leaves no status
  const auto has_ended = [&] {
    pid_t got = 0;
    do got = ::waitpid(process_, &status, WNOHANG);
    while (got < 0 && errno == EINTR);
    known = got > 0;
    return got != 0;
  };
  const auto ends_within = [&](int milliseconds) {
    for (int i = 0; i < milliseconds; ++i) {
      if (has_ended()) return true;
      ::usleep(1000);
    }
    return has_ended();
  };
  const bool by_itself = ends_within(kEndMilliseconds);
  if (!by_itself) {
    ::kill(process_, SIGKILL);
    // One that hangs in a read of a dead disk cannot even be killed: it is left behind.
    ends_within(kKillMilliseconds);
  }
  process_ = -1;
  return by_itself && known ? std::optional(status) : std::nullopt;
}

}  // namespace ectype::scan
