#include "image/sniff.hpp"
#include "scan/examine.hpp"
#include "scan/preview.hpp"
#include "scan/unpacker.hpp"
#include "scan/worker_protocol.hpp"

#include "ectype/isolation.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

namespace ectype {
namespace {

constexpr std::int64_t kNoDeadline = -1;

/// False where the parent has ended already.
bool end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

/// libde265 gives what it did not decode of a damaged picture as it found the memory: that shall be
/// the same whatever was there before.
void fill_memory(bool fill) {
#ifdef __GLIBC__
  static bool filling = false;
  if (std::exchange(filling, fill) != fill) ::mallopt(M_PERTURB, fill ? 0x7F : 0);
#endif
}

/// libjpeg-turbo leaves nothing so, and where small pictures are many they are JPEG: they are
/// spared what filling takes.
bool is_jpeg(int descriptor) {
  std::array<std::uint8_t, 4> head{};
  const ssize_t count = ::pread(descriptor, head.data(), head.size(), 0);
  return count > 0 && image::sniff(std::span(head).first(static_cast<std::size_t>(count))).format ==
                          Format::jpeg;
}

}  // namespace

int serve_as_worker(int socket, const EnterSandbox& enter_sandbox,
                    const ExamineDescriptor& examine) {
  const auto first = scan::MessageStream(socket).next(kNoDeadline);
  if (!first) return 1;
  const scan::WorkerTask task = scan::read_task(*first);
  if (!end_with(static_cast<pid_t>(task.parent))) return 1;
  // What looks at the system, or loads a part of a codec, has to do so now.
  static_cast<void>(codec_versions());
  scan::ArchiveReader::prepare();
  // Archives have times without a time zone: they shall mean the same everywhere.
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  fill_memory(true);
  const std::string missing = enter_sandbox(task.max_memory);
  if (!scan::send_message(socket, scan::to_bytes(scan::WorkerHello{missing}))) return 1;
  if (task.unpack) return scan::serve_unpacking(socket, task.options);
  while (true) {
    const scan::WorkerRequest request = scan::receive_request(socket);
    if (request.descriptor < 0) return 0;
    fill_memory(!is_jpeg(request.descriptor));
    if ((request.number & scan::kDraw) != 0) {
      const bool sent = scan::send_message(socket, scan::preview_answer(request.descriptor, task));
      ::close(request.descriptor);
      if (!sent) return 1;
      continue;
    }
    scan::WorkerReply reply;
    reply.number = request.number;
    reply.result = examine ? examine(request.descriptor, task.options)
                           : scan::decode_descriptor(request.descriptor, task.options);
    ::close(request.descriptor);
    if (!scan::send_message(socket, scan::to_bytes(reply))) return 1;
  }
}

}  // namespace ectype
