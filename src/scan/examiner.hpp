#pragma once

#include "scan/ordered_pool.hpp"
#include "scan/scan_state.hpp"
#include "scan/worker_pool.hpp"

#include "ectype/scan.hpp"

#include <optional>

namespace ectype::scan {

/// Examines the entries of a walk: in this process, or in workers. Thread-safe.
class Examiner {
 public:
  /// For so many hands. `state`: null where none is kept. Both have to outlive it.
  explicit Examiner(const ScanOptions& options, std::size_t hands, ScanState* state = nullptr);

  /// One thread's part of it, with a worker of its own. It must not outlive the examiner.
  [[nodiscard]] OrderedPool::Begin hand();
  /// Null where decoding is not isolated.
  [[nodiscard]] WorkerPool* workers() { return workers_ ? &*workers_ : nullptr; }

 private:
  const ScanOptions& options_;
  ScanState* const state_;
  std::optional<WorkerPool> workers_;
};

}  // namespace ectype::scan
