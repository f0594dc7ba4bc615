#include "core/locked_files.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace ectype {
namespace {

using Identity = std::pair<dev_t, ino_t>;

struct OpenFile {
  Identity identity;
  OwnProcess owner;
};

struct Registry {
  std::mutex mutex;
  std::vector<OpenFile> files;

  [[nodiscard]] bool holds(const struct stat& status) const {
    return std::any_of(files.begin(), files.end(), [&](const OpenFile& file) {
      return file.identity == Identity{status.st_dev, status.st_ino};
    });
  }
  /// What `look` (a call of stat) finds; without a look where there is no such file at all.
  template <typename Look>
  [[nodiscard]] bool holds_what(Look look) const {
    struct stat status {};
    return !files.empty() && look(status) == 0 && holds(status);
  }
};

/// Never destroyed: sets may be closed by destructors that run at exit. A process is not forked
/// while another thread has it locked: nobody would ever unlock the new one's.
Registry& registry() {
  static Registry* const instance = [] {
    static auto* const made = new Registry;
    ::pthread_atfork([] { made->mutex.lock(); }, [] { made->mutex.unlock(); },
                     [] { made->mutex.unlock(); });
    return made;
  }();
  return *instance;
}

Identity identity(const struct stat& status) { return {status.st_dev, status.st_ino}; }

}  // namespace

LockedFile::LockedFile(const std::filesystem::path& path) {
  known_ = ::stat(path.c_str(), &status_) == 0;
  if (!known_) return;
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  for (const OpenFile& file : open.files)
    if (file.identity == identity(status_) && !file.owner.is_this())
      throw Error(ErrorCode::invalid_argument,
                  path.string() +
                      ": the process that forked this one had it open, and it cannot be opened "
                      "here; fork first and open it then, or start processes without fork");
  open.files.push_back({identity(status_), owner_});
}

LockedFile::~LockedFile() {
  if (!known_ || !owner_.is_this()) return;
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  open.files.erase(std::find_if(open.files.begin(), open.files.end(), [&](const OpenFile& file) {
    return file.identity == identity(status_);
  }));
}

bool LockedFile::is_at(const std::filesystem::path& path) const {
  struct stat status {};
  return known_ && ::stat(path.c_str(), &status) == 0 && identity(status) == identity(status_);
}

bool is_locked_file(const struct stat& status) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  return open.holds(status);
}

// The registry is locked throughout, so that no set is opened between the look and the deed.
ReadDescriptor::ReadDescriptor(const std::filesystem::path& path, int flags) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  if (open.holds_what([&](struct stat& status) { return ::stat(path.c_str(), &status); }))
    throw Error(
        ErrorCode::unsupported,
        path.string() + ": is in use by ectype itself (a hash set, or the state of a scan)");
  descriptor_ = ::open(path.c_str(), flags | O_CLOEXEC);
}

ReadDescriptor::~ReadDescriptor() {
  if (descriptor_ < 0) return;
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  if (!open.holds_what([&](struct stat& status) { return ::fstat(descriptor_, &status); }))
    ::close(descriptor_);
}

}  // namespace ectype
