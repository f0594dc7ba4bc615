#pragma once

#include "ectype/error.hpp"

#include <atomic>

namespace ectype::scan {

/// Of `ScanOptions::stop`, which may be null.
[[nodiscard]] inline bool is_stopping(const std::atomic<bool>* stop) {
  return stop != nullptr && *stop;
}

/// Throws Error (interrupted) once `stop` is true. What is thrown is no result of the file at work.
inline void throw_if_stopping(const std::atomic<bool>* stop) {
  if (is_stopping(stop)) throw Error(ErrorCode::interrupted, "the scan was ended before its end");
}

}  // namespace ectype::scan
