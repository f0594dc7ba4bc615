#pragma once

#include "scan/archive_place.hpp"
#include "scan/archive_reader.hpp"
#include "scan/scan_state.hpp"
#include "scan/walk.hpp"
#include "scan/worker_pool.hpp"

#include "ectype/scan.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ectype::scan {

/// Visits what lies in archives, on the thread that walks: each entry goes on to `submit`, an
/// archive after its members. Not thread-safe.
class ArchiveWalk {
 public:
  using Submit = std::function<void(WalkEntry&&)>;
  /// Waits until it is enough, or nothing that was submitted is still to be examined.
  using Settle = std::function<void(const std::function<bool()>& enough)>;

  /// `options` has limits of archives. `workers` and `state` may be null; all have to outlive it.
  ArchiveWalk(const ScanOptions& options, WorkerPool* workers, ScanState* state, Submit submit,
              Settle settle);

  void visit(WalkEntry&& entry);

 private:
  /// Of the file that is being visited.
  struct Progress {
    std::string path;
    FileIdentity identity;
    std::uint64_t rows = 0;     ///< of what lies in it
    std::uint64_t headers = 0;  ///< that were read, folders too
    std::uint64_t bytes = 0;    ///< unpacked
    std::uint64_t most_bytes = 0;
    std::chrono::nanoseconds time{};  ///< that unpacking took
    std::chrono::nanoseconds most_time{};
  };
  /// Of an archive, maybe within others.
  struct Level {
    std::vector<std::string> names;  ///< as in ArchivePlace; so is the place
    std::string place;
    unsigned depth = 1;
  };
  /// Members that are still to be examined.
  struct Waiting {
    std::atomic<std::uint64_t> files = 0;
    std::atomic<std::uint64_t> bytes = 0;
  };

  void begin(const std::string& path, const FileIdentity& identity, int descriptor);
  bool repeat(const std::string& path, const FileIdentity& identity);
  UnpackedArchive unpack(int descriptor, const Level& level);
  /// Why no more of it may be unpacked, and the outcome; an empty reason where more may.
  [[nodiscard]] std::pair<Outcome, std::string> exhausted() const;
  void visit_member(Unpacker& archive, const MemberHeader& header, ArchivePlace&& place,
                    unsigned depth);
  void visit_content(Unpacker& archive, const MemberHeader& header, ArchivePlace&& place,
                     unsigned depth);
  void submit_member(ArchivePlace&& place, std::optional<Outcome> outcome = std::nullopt,
                     std::string reason = {});
  std::shared_ptr<MemberFile> unpack_member(Unpacker& archive, const MemberHeader& header,
                                            MemberData& data);
  template <typename Step>
  auto timed(Step step);

  const ScanOptions& options_;
  const ArchiveLimits& limits_;
  WorkerPool* const workers_;
  ScanState* const state_;
  const Submit submit_;
  const Settle settle_;
  Progress now_;
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace ectype::scan
