#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>

#include <pybind11/pybind11.h>

namespace binding {

/// An index that one thread may change while others search it without the GIL. Searches go on side
/// by side; a change waits for those under way, and later ones wait for it. Locks are taken after
/// the GIL is given up and given up before it is taken again, so that neither waits for the other.
template <typename Index>
class Guarded {
 public:
  template <typename... Arguments>
  explicit Guarded(Arguments&&... arguments) : index_(std::forward<Arguments>(arguments)...) {}

  /// step(const Index&), without the GIL.
  template <typename Step>
  auto read(Step step) const {
    const pybind11::gil_scoped_release release;
    std::unique_lock turn(turn_);
    const std::shared_lock lock(mutex_);
    turn.unlock();
    return step(std::as_const(index_));
  }
  /// step(Index&), without the GIL.
  template <typename Step>
  auto change(Step step) {
    const pybind11::gil_scoped_release release;
    // Held while it waits: searches without an end would keep it waiting for ever.
    const std::lock_guard turn(turn_);
    const std::lock_guard lock(mutex_);
    return step(index_);
  }

 private:
  mutable std::mutex turn_;
  mutable std::shared_mutex mutex_;
  Index index_;
};

}  // namespace binding
