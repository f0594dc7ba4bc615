#include "ectype/atomic_file.hpp"

#include "core/locked_files.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ectype {
namespace {

/// How our outputs begin: JSON, the headers of CSV and of the table, and what `hash --format hex`
/// says of a file without a hash. A line of hexadecimal digits is told by `is_ours` itself.
constexpr std::string_view kStarts[] = {
    "{\"path\":",
    "{\"run\":",
    "{\"manifest\":",
    "{\"item\":",
    "path,path_base64,outcome,",
    "path,path_base64,members,",
    "item,item_base64,",
    "FILE                                          OUTCOME      DISTANCE",
    "# damaged: ",
    "# low_quality: ",
    "# unsupported: ",
    "# over_limit: ",
    "# timed_out: ",
    "# crashed: ",
    "# unreadable: ",
    "# skipped: ",
};
constexpr std::size_t kHexDigits = 64;

/// Temporary names that are tried before the folder is given up.
constexpr int kNameAttempts = 100;

constexpr std::size_t kBufferSize = std::size_t{64} << 10;

bool is_hex_line(std::string_view text) {
  return text.size() > kHexDigits && text[kHexDigits] == '\n' &&
         text.find_first_not_of("0123456789abcdef") == kHexDigits;
}

/// Whether a file is empty or may be an output of ours: anything else is somebody's work, or
/// evidence.
bool is_ours(const std::filesystem::path& path, std::string_view magic) {
  std::array<char, 512> head{};
  const ReadDescriptor file(path, O_RDONLY | O_NONBLOCK);
  const ssize_t count = file ? ::read(file.get(), head.data(), head.size()) : -1;
  if (count < 0) return false;
  const std::string_view text(head.data(), static_cast<std::size_t>(count));
  if (!magic.empty()) return text.empty() || text.substr(0, magic.size()) == magic;
  if (text.find('\0') != std::string_view::npos) return false;
  return text.empty() || is_hex_line(text) ||
         std::any_of(std::begin(kStarts), std::end(kStarts),
                     [&](std::string_view start) { return text.substr(0, start.size()) == start; });
}

std::string descriptor_path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

/// A name beside `path` that is probably free: threads write the same file, and a process that was
/// killed may have left its temporary file (in a container, with the same process number).
std::string temporary_name(const std::filesystem::path& path) {
  std::uint32_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number)
    throw Error(ErrorCode::storage,
                path.string() + ": cannot be written: the system gives no random number");
  char suffix[16];
  std::snprintf(suffix, sizeof suffix, ".%06x.tmp", number & 0xFFFFFF);
  return path.string() + suffix;
}

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& path, std::string_view magic)
    : path_(path), owner_(::getpid()) {
  require_no_zero_byte(path_.native());
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    direct_ = true;
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("cannot be written");
    return;
  }
  if (exists && (is_locked_file(status) || !is_ours(path_, magic)))
    throw Error(ErrorCode::already_exists,
                path_.string() +
                    ": exists and is no output of ectype; remove it first, or choose another name");
  if (exists) {  // through a link, not over it
    std::error_code error;
    const std::filesystem::path target = std::filesystem::canonical(path_, error);
    if (error)
      throw Error(ErrorCode::storage, path_.string() + ": cannot be written: " + error.message());
    path_ = target;
  }
  open_temporary();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty() && is_of_this_process()) ::unlink(temporary_.c_str());
}

bool AtomicFile::is_of_this_process() const noexcept { return owner_ == ::getpid(); }

void AtomicFile::require_this_process() const {
  if (!is_of_this_process())
    throw Error(ErrorCode::invalid_argument,
                path_.string() + ": is written by the process that forked this one; write another");
}

void AtomicFile::fail(const std::string& what) const {
  throw Error(ErrorCode::storage, path_.string() + ": " + what + ": " + std::strerror(errno));
}

void AtomicFile::open_temporary() {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor_ >= 0 && ::access(descriptor_path(descriptor_).c_str(), F_OK) != 0) {
    ::close(descriptor_);  // without /proc it could not be given its name
    descriptor_ = -1;
  }
  if (descriptor_ >= 0) return;
  std::string name = path_.string() + ".XXXXXX";
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);  // 0600
  if (descriptor_ < 0) fail("cannot be written");
  temporary_ = name;
}

void AtomicFile::write(std::string_view text) {
  require_this_process();
  // Who reads a pipe shall have at once what there is, whether the rest comes or not.
  if (!direct_ && buffer_.size() + text.size() < kBufferSize) {
    buffer_ += text;
    return;
  }
  flush();
  write_through(text);
}

void AtomicFile::flush() {
  write_through(buffer_);
  buffer_.clear();
}

void AtomicFile::write_through(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      // For good: what is written from here on would follow a gap.
      const int number = errno;
      ::close(std::exchange(descriptor_, -1));
      errno = number;
      fail("writing failed");
    }
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// A file without a name cannot replace another: it gets a name beside its place first.
void AtomicFile::put_in_place() {
  if (temporary_.empty()) {
    const std::string source = descriptor_path(descriptor_);
    const auto name_it = [&](const std::string& name) {
      return ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    };
    std::string name = temporary_name(path_);
    for (int i = 1; !name_it(name); ++i) {
      if (errno != EEXIST || i == kNameAttempts) fail("cannot be put in place");
      name = temporary_name(path_);
    }
    temporary_ = name;
  }
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in place");
  temporary_.clear();
}

void AtomicFile::commit() {
  require_this_process();
  flush();
  if (!direct_) {
    if (::fsync(descriptor_) != 0) fail("writing failed");
    put_in_place();
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("writing failed");
}

}  // namespace ectype
