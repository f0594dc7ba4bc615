#include "core/locked_files.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace ectype {
namespace {

using Identity = std::pair<dev_t, ino_t>;

struct Registry {
  std::mutex mutex;
  std::vector<Identity> files;
};

/// Never destroyed: sets may be closed by destructors that run at exit.
Registry& registry() {
  static auto* const instance = new Registry;
  return *instance;
}

Identity identity(const struct stat& status) { return {status.st_dev, status.st_ino}; }

}  // namespace

LockedFile::LockedFile(const std::filesystem::path& path) {
  known_ = ::stat(path.c_str(), &status_) == 0;
  if (!known_) return;
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  open.files.push_back(identity(status_));
}

LockedFile::~LockedFile() {
  if (!known_) return;
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  open.files.erase(std::find(open.files.begin(), open.files.end(), identity(status_)));
}

bool is_locked_file(const struct stat& status) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  return std::find(open.files.begin(), open.files.end(), identity(status)) != open.files.end();
}

bool is_locked_file(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && is_locked_file(status);
}

}  // namespace ectype
