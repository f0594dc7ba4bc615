#include "scan/examine.hpp"
#include "scan/worker_protocol.hpp"

#include "ectype/isolation.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ectype {
namespace {

constexpr std::int64_t kNoDeadline = -1;

/// The descriptor of the next file; -1 when there are no more.
int receive_descriptor(int socket) {
  std::array<std::uint8_t, 4> empty{};
  iovec bytes{empty.data(), empty.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t count = 0;
  do count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  const cmsghdr* const header = count > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

/// False where the parent has ended already.
bool end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

}  // namespace

int serve_as_worker(int socket, const EnterSandbox& enter_sandbox,
                    const ExamineDescriptor& examine) {
  const auto first = scan::receive_message(socket, kNoDeadline);
  if (!first) return 1;
  const scan::WorkerTask task = scan::read_task(*first);
  if (!end_with(static_cast<pid_t>(task.parent))) return 1;
  // What looks at the system, or loads a part of a codec, has to do so now.
  static_cast<void>(codec_versions());
  const std::string missing = enter_sandbox(task.max_memory);
  if (!scan::send_message(socket, scan::to_bytes(scan::WorkerHello{missing}))) return 1;
  while (true) {
    const int descriptor = receive_descriptor(socket);
    if (descriptor < 0) return 0;
    FileResult result = examine ? examine(descriptor, task.options)
                                : scan::decode_descriptor(descriptor, task.options);
    ::close(descriptor);
    if (!scan::send_message(socket, scan::to_bytes(result))) return 1;
  }
}

}  // namespace ectype
