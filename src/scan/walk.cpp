#include "scan/walk.hpp"

#include "scan/stopping.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include <dirent.h>
#include <sys/stat.h>

namespace ectype::scan {
namespace {

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() || folder.back() == '/' ? folder + name : folder + "/" + name;
}

/// Names in a folder, sorted by bytes. Sets errno and returns false where it cannot be listed.
bool list_folder(const std::string& path, std::vector<std::string>& names) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return false;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  std::sort(names.begin(), names.end());
  return errno == 0;
}

std::string special_kind(mode_t mode) {
  if (S_ISLNK(mode)) return "symbolic link, not followed";
  if (S_ISFIFO(mode)) return "FIFO, not opened";
  if (S_ISSOCK(mode)) return "socket, not opened";
  if (S_ISCHR(mode)) return "character device, not opened";
  if (S_ISBLK(mode)) return "block device, not opened";
  return "special file, not opened";
}

/// Depth first with a stack of its own: nesting is bounded by nothing but the file system.
class Walker {
 public:
  Walker(const std::function<void(WalkEntry)>& visit, const std::atomic<bool>* stop)
      : visit_(visit), stop_(stop) {}

  void walk(const std::string& root) {
    enter(root, true);
    while (!stack_.empty()) {
      Level& level = stack_.back();
      if (level.next == level.names.size()) {
        stack_.pop_back();
        continue;
      }
      const std::string path = join(level.path, level.names[level.next++]);
      enter(path, false);
    }
  }

 private:
  struct Level {
    std::string path;
    std::vector<std::string> names;
    std::size_t next = 0;
  };

  void enter(const std::string& path, bool follow) {
    throw_if_stopping(stop_);
    // The system would look at the file whose name ends at the zero byte.
    if (path.find('\0') != std::string::npos) return visit_({path, std::nullopt, {}, nullptr});
    struct stat status {};
    const int result = follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status);
    if (result != 0) return visit_({path, Outcome::unreadable, std::strerror(errno), nullptr});
    if (S_ISREG(status.st_mode)) return visit_({path, std::nullopt, {}, nullptr});
    // Below a folder such files are left out; one that was asked for could not be examined.
    if (!S_ISDIR(status.st_mode))
      return visit_({path, follow ? Outcome::unreadable : Outcome::skipped,
                     special_kind(status.st_mode), nullptr});
    Level level{path, {}, 0};
    const bool complete = list_folder(path, level.names);
    if (!complete)
      visit_({path, Outcome::unreadable,
              std::string("the folder cannot be listed: ") + std::strerror(errno), nullptr});
    stack_.push_back(std::move(level));
  }

  const std::function<void(WalkEntry)>& visit_;
  const std::atomic<bool>* const stop_;
  std::vector<Level> stack_;
};

}  // namespace

void walk(std::span<const std::string> paths, const std::function<void(WalkEntry)>& visit,
          const std::atomic<bool>* stop) {
  Walker walker(visit, stop);
  for (const std::string& path : paths) walker.walk(path);
}

}  // namespace ectype::scan
