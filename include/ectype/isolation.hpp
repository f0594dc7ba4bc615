#pragma once

#include "ectype/export.hpp"
#include "ectype/scan.hpp"

#include <functional>
#include <string>

namespace ectype {

/// What a worker process does with a file that is handed to it, open: `examine` by default.
using ExamineDescriptor = std::function<FileResult(int descriptor, const ScanOptions& options)>;

/// Gives up what decoding does not need, of at most so many bytes of address space from now on.
/// Returns what the system does not offer, in words; empty where nothing is missing.
using EnterSandbox = std::function<std::string(std::uint64_t max_memory)>;

/// The part of a worker process: answers on the socket that `examine_tree` and its kin gave it,
/// until that is closed. `enter_sandbox` is called once, when the codecs are initialised and before
/// the first file. Returns the exit status of the process.
///
/// This is what ectype-worker runs; a tool that ships a worker of its own calls it from main.
[[nodiscard]] ECTYPE_API int serve_as_worker(int socket, const EnterSandbox& enter_sandbox,
                                             const ExamineDescriptor& examine = {});

/// The descriptor at which a worker process finds its socket.
inline constexpr int kWorkerSocket = 3;

}  // namespace ectype
