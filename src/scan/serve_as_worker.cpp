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

struct Request {
  std::uint32_t number = 0;
  int descriptor = -1;  ///< none: there are no more files
};

Request receive_request(int socket) {
  std::array<std::uint8_t, 4> number{};
  iovec bytes{number.data(), number.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t count = 0;
  do count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  Request request;
  const cmsghdr* const header =
      count == static_cast<ssize_t>(number.size()) ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return request;
  std::memcpy(&request.number, number.data(), sizeof request.number);
  std::memcpy(&request.descriptor, CMSG_DATA(header), sizeof request.descriptor);
  return request;
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
    const Request request = receive_request(socket);
    if (request.descriptor < 0) return 0;
    scan::WorkerReply reply;
    reply.number = request.number;
    reply.result = examine ? examine(request.descriptor, task.options)
                           : scan::decode_descriptor(request.descriptor, task.options);
    ::close(request.descriptor);
    if (!scan::send_message(socket, scan::to_bytes(reply))) return 1;
  }
}

}  // namespace ectype
