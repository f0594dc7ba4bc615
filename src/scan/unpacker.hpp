#pragma once

#include "scan/archive_reader.hpp"
#include "scan/worker_pool.hpp"

#include "ectype/scan.hpp"

#include <memory>

namespace ectype::scan {

/// Reads an open file as an archive: in a worker of the pool or, without one, in this process. The
/// descriptor and the pool have to outlive it. A worker that fails is tried once more in a new one.
[[nodiscard]] std::unique_ptr<Unpacker> make_unpacker(int descriptor, WorkerPool* workers);

/// The worker's side of it. Returns the exit status of the process.
[[nodiscard]] int serve_unpacking(int socket, const ScanOptions& options);

}  // namespace ectype::scan
