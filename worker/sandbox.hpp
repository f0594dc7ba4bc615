#pragma once

#include <cstdint>
#include <string>

namespace sandbox {

/// Limits this process, for good, to what decoding a file needs that is open already: at most
/// `max_memory` bytes of address space (not under sanitizers, which reserve terabytes), no core
/// dumps, no new privileges, and of the system calls (seccomp) those that read and write open
/// files, get memory, start threads and tell the time. Another one ends the process with SIGSYS.
/// Returns what the system does not offer, in words; empty where nothing is missing.
std::string enter(std::uint64_t max_memory);

}  // namespace sandbox
