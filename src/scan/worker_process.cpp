#include "scan/worker_process.hpp"

#include "ectype/error.hpp"
#include "ectype/isolation.hpp"

#include <array>
#include <cerrno>
#include <cstring>

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

std::string ended_in_words(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* const name = ::sigabbrev_np(signal);
    std::string text = "its decoder was ended by SIG" + std::string(name ? name : "?");
    if (signal == SIGKILL) text += ", perhaps for want of memory";
    if (signal == SIGSYS) text += ": it tried what a decoder has no need of";
    return text;
  }
  return "its decoder ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

WorkerProcess::WorkerProcess(const std::filesystem::path& program, const WorkerTask& task) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error(ErrorCode::internal,
                std::string("no socket for a worker: ") + std::strerror(errno));
  socket_ = ends[0];
  // The socket may have the very number that it shall get, which keeps close-on-exec.
  const int theirs = ::fcntl(ends[1], F_DUPFD_CLOEXEC, kWorkerSocket + 1);
  ::close(ends[1]);
  try {
    process_ = spawn(program.string(), theirs);
  } catch (...) {
    ::close(theirs);
    ::close(socket_);
    throw;
  }
  ::close(theirs);
  const bool sent = send_message(socket_, to_bytes(task));
  const auto hello =
      sent ? receive_message(socket_, milliseconds_now() + kStartMilliseconds) : std::nullopt;
  try {
    if (!hello) throw Error(ErrorCode::not_found, "no answer");
    missing_ = read_hello(*hello).missing;
  } catch (const Error&) {
    const int status = stop();
    throw Error(ErrorCode::not_found, program.string() +
                                          ": is not a worker of this version of ectype, or cannot "
                                          "run here (" +
                                          ended_in_words(status) + ")");
  }
}

WorkerProcess::~WorkerProcess() { stop(); }

bool WorkerProcess::hand_over(int descriptor) const {
  std::array<std::uint8_t, 4> empty{};  // the length of a message without bytes
  iovec bytes{empty.data(), empty.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  ssize_t sent = 0;
  do sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(empty.size());
}

std::optional<FileResult> WorkerProcess::examine(int descriptor, std::int64_t deadline_ms) {
  const std::int64_t deadline = milliseconds_now() + deadline_ms;
  const auto message = hand_over(descriptor) ? receive_message(socket_, deadline) : std::nullopt;
  ++files_done_;
  if (!message) {
    end(milliseconds_now() >= deadline,
        "took longer than " + std::to_string(deadline_ms) + " ms; allow more with --timeout");
    return std::nullopt;
  }
  try {
    return read_result(*message);
  } catch (const std::exception& error) {
    stop();
    failure_ = {Outcome::crashed, std::string("its decoder gave no sense: ") + error.what()};
    return std::nullopt;
  }
}

void WorkerProcess::end(bool out_of_time, const std::string& what) {
  const int status = stop();
  failure_ = out_of_time ? Failure{Outcome::timed_out, what}
                         : Failure{Outcome::crashed, ended_in_words(status)};
}

/// Its wait status. Its socket is closed, at which it ends by itself, or it is made to.
int WorkerProcess::stop() noexcept {
  if (process_ <= 0) return 0;
  ::close(socket_);
  int status = 0;
  const auto has_ended = [&](int flags) {
    pid_t got = 0;
    do got = ::waitpid(process_, &status, flags);
    while (got < 0 && errno == EINTR);
    return got != 0;
  };
  bool ended = has_ended(WNOHANG);
  for (int i = 0; i < kEndMilliseconds && !ended; ++i) {
    ::usleep(1000);
    ended = has_ended(WNOHANG);
  }
  if (!ended) {
    ::kill(process_, SIGKILL);
    has_ended(0);
  }
  process_ = -1;
  return status;
}

}  // namespace ectype::scan
