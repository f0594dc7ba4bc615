#include "ectype/atomic_file.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ectype {
namespace {

/// Our outputs are texts. Pictures and hash sets have zero bytes in their headers.
bool is_text(const std::filesystem::path& path) {
  std::array<char, 512> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const std::string_view text(head.data(), static_cast<std::size_t>(file.gcount()));
  return text.find('\0') == std::string_view::npos;
}

std::string descriptor_path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(path) {
  require_no_zero_byte(path_.native());
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    direct_ = true;
    file_ = std::fopen(path_.c_str(), "wbe");
    if (file_ == nullptr) fail("cannot be written");
    return;
  }
  if (exists && !is_text(path_))
    throw Error(
        ErrorCode::already_exists,
        path_.string() + ": exists and is no text, so no output of ectype; choose another name");
  if (exists) path_ = std::filesystem::canonical(path_);  // through a link, not over it
  open_temporary();
}

AtomicFile::~AtomicFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const std::string& what) const {
  throw Error(ErrorCode::storage, path_.string() + ": " + what + ": " + std::strerror(errno));
}

void AtomicFile::open_temporary() {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  int descriptor = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor >= 0 && ::access(descriptor_path(descriptor).c_str(), F_OK) != 0) {
    ::close(descriptor);  // without /proc it could not be given its name
    descriptor = -1;
  }
  if (descriptor < 0) {
    std::string name = path_.string() + ".XXXXXX";
    descriptor = ::mkstemp(name.data());  // 0600
    if (descriptor < 0) fail("cannot be written");
    temporary_ = name;
  }
  file_ = ::fdopen(descriptor, "wb");
  if (file_ == nullptr) fail("cannot be written");
}

void AtomicFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail("writing failed");
}

/// A file without a name cannot replace another: it gets a name beside its place first.
void AtomicFile::put_in_place() {
  if (temporary_.empty()) {
    const std::string source = descriptor_path(::fileno(file_));
    const std::string name = path_.string() + "." + std::to_string(::getpid()) + ".tmp";
    if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0)
      fail("cannot be put in place");
    temporary_ = name;
  }
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in place");
  temporary_.clear();
}

void AtomicFile::commit() {
  if (std::fflush(file_) != 0) fail("writing failed");
  if (!direct_) {
    if (::fsync(::fileno(file_)) != 0) fail("writing failed");
    put_in_place();
  }
  const int closed = std::fclose(file_);
  file_ = nullptr;
  if (closed != 0) fail("writing failed");
}

}  // namespace ectype
