#pragma once

#include "scan/archive_place.hpp"
#include "scan/archive_reader.hpp"
#include "scan/scan_state.hpp"
#include "scan/walk.hpp"
#include "scan/worker_pool.hpp"

#include "ectype/scan.hpp"

#include <atomic>
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
    std::uint64_t ordinal = 0;  ///< of the last entry that lies in it
    std::uint64_t members = 0;
    std::uint64_t bytes = 0;  ///< unpacked
    std::uint64_t most_bytes = 0;
  };

  bool repeat(const std::string& path, const FileIdentity& identity);
  UnpackedArchive unpack(int descriptor, const std::vector<std::string>& names, unsigned depth);
  void visit_member(Unpacker& archive, const MemberHeader& header,
                    const std::vector<std::string>& names, unsigned depth);
  void submit_member(ArchivePlace&& place, std::optional<Outcome> outcome = std::nullopt,
                     std::string reason = {});
  std::shared_ptr<MemberFile> unpack_member(Unpacker& archive, const MemberHeader& header,
                                            MemberData& data);

  const ScanOptions& options_;
  const ArchiveLimits& limits_;
  WorkerPool* const workers_;
  ScanState* const state_;
  const Submit submit_;
  const Settle settle_;
  Progress now_;
  std::shared_ptr<std::atomic<std::uint64_t>> in_memory_;  // bytes of members, still to be examined
};

}  // namespace ectype::scan
