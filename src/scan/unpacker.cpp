#include "scan/unpacker.hpp"

#include "scan/stopping.hpp"
#include "scan/unpack_protocol.hpp"

#include "ectype/error.hpp"

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace ectype::scan {
namespace {

class IsolatedUnpacker final : public Unpacker {
 public:
  IsolatedUnpacker(int descriptor, WorkerPool& workers)
      : descriptor_(descriptor), workers_(workers) {}

  std::optional<MemberHeader> next() override {
    if (ended_) return std::nullopt;
    const auto answer = twice<HeaderAnswer>([this] { return ask_header(); });
    if (answer && answer->header) {
      ++headers_;
      return answer->header;
    }
    ended_ = true;
    if (answer) end_ = answer->end;
    return std::nullopt;
  }

  [[nodiscard]] const ArchiveEnd& end() const override { return end_; }

  MemberData write(int descriptor, std::uint64_t max_bytes) override {
    const auto data = twice<MemberData>([&]() -> std::optional<MemberData> {
      const auto bytes = ask(UnpackRequest::write, descriptor);
      if (!bytes) return std::nullopt;
      return read_member_data(*bytes, max_bytes);
    });
    if (data) return *data;
    ended_ = true;
    return {0, MemberData::State::damaged, end_.damage, end_.failure};
  }

 private:
  /// Asks once more, of a new worker, where the first fails; where both do, `end_` says how.
  template <typename Answer, typename Ask>
  std::optional<Answer> twice(Ask ask_it) {
    for (int attempt = 1; attempt <= 2; ++attempt) {
      if (!worker_ && !start()) continue;
      try {
        if (auto answer = ask_it()) {
          end_ = {};
          return answer;
        }
      } catch (const std::exception& error) {
        throw_if_stopping(workers_.options().stop);
        worker_->give_up(error.what());
      }
      lose_worker();
    }
    end_.damage += ", twice";
    return std::nullopt;
  }

  /// A worker that stands where the last one stood.
  bool start() {
    std::string why;
    worker_ = workers_.start_unpacker(why);
    if (!worker_) {
      end_ = {"no worker could be started to unpack it: " + why, Outcome::crashed, true};
      return false;
    }
    opened_ = false;
    for (std::uint64_t i = 0; i < headers_; ++i) {
      if (ask(UnpackRequest::next, descriptor_)) continue;
      lose_worker();
      return false;
    }
    return true;
  }

  void lose_worker() {
    end_ = {worker_->failure().reason, worker_->failure().outcome, false};
    worker_.reset();
  }

  std::optional<std::vector<std::uint8_t>> ask(UnpackRequest request, int descriptor) {
    if (request == UnpackRequest::next && !std::exchange(opened_, true))
      request = UnpackRequest::open;
    return worker_->ask(static_cast<std::uint32_t>(request), descriptor, workers_.deadline_ms());
  }

  std::optional<HeaderAnswer> ask_header() {
    const auto bytes = ask(UnpackRequest::next, descriptor_);
    if (!bytes) return std::nullopt;
    return read_header_answer(*bytes);
  }

  const int descriptor_;
  WorkerPool& workers_;
  std::unique_ptr<WorkerProcess> worker_;
  bool opened_ = false;  // by this worker
  bool ended_ = false;
  std::uint64_t headers_ = 0;  // that were given
  ArchiveEnd end_;
};

std::vector<std::uint8_t> header_answer(ArchiveReader& reader) {
  if (const auto header = reader.next()) return to_bytes(*header);
  return to_bytes(reader.end());
}

}  // namespace

std::unique_ptr<Unpacker> make_unpacker(int descriptor, WorkerPool* workers) {
  if (workers != nullptr) return std::make_unique<IsolatedUnpacker>(descriptor, *workers);
  return std::make_unique<ArchiveReader>(descriptor);
}

int serve_unpacking(int socket, const ScanOptions& options) {
  std::optional<ArchiveReader> reader;
  int archive = -1;
  while (true) {
    const WorkerRequest request = receive_request(socket);
    if (request.descriptor < 0) return 0;
    const auto what = static_cast<UnpackRequest>(request.number);
    if (what == UnpackRequest::open) {
      if (archive >= 0) return 1;
      archive = request.descriptor;
      reader.emplace(archive);
    } else if (!reader) {
      return 1;
    }
    const auto answer =
        what == UnpackRequest::write
            ? to_bytes(reader->write(request.descriptor, options.archives->max_member_bytes))
            : header_answer(*reader);
    if (what != UnpackRequest::open) ::close(request.descriptor);
    if (!send_message(socket, answer)) return 1;
  }
}

}  // namespace ectype::scan
