#pragma once

#include <unistd.h>

namespace ectype {

/// Remembers which process made an object. A forked one has a copy of it: of locks that no thread
/// of its own will ever give up, and of files that are another's. It leaves such a copy as it is.
class OwnProcess {
 public:
  [[nodiscard]] bool is_this() const noexcept { return process_ == ::getpid(); }

 private:
  pid_t process_ = ::getpid();
};

}  // namespace ectype
