#include "output.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ectype/error.hpp>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace cli {

Output::Output(std::string path) : path_(path == "-" ? "" : std::move(path)), file_(stdout) {
  if (path_.empty()) return;
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    // A pipe or /dev/null: written to, never replaced.
    file_ = std::fopen(path_.c_str(), "wbe");
    if (file_ == nullptr) fail("cannot be written");
    return;
  }
  if (exists) path_ = std::filesystem::canonical(path_).string();  // through a link, not over it
  std::string name = path_ + ".XXXXXX";
  const int descriptor = ::mkstemp(name.data());  // 0600
  if (descriptor < 0) fail("cannot be written");
  temporary_ = name;
  file_ = ::fdopen(descriptor, "wb");
}

Output::~Output() {
  if (!path_.empty() && file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Output::fail(const std::string& what) const {
  throw ectype::Error(ectype::ErrorCode::storage, (path_.empty() ? "standard output" : path_) +
                                                      ": " + what + ": " + std::strerror(errno));
}

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail("writing failed");
  if (is_terminal() && std::fflush(file_) != 0) fail("writing failed");
}

void Output::commit() {
  if (std::fflush(file_) != 0) fail("writing failed");
  if (temporary_.empty()) return;
  if (::fsync(::fileno(file_)) != 0) fail("writing failed");
  const int closed = std::fclose(file_);
  file_ = nullptr;
  if (closed != 0) fail("writing failed");
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in place");
  temporary_.clear();
}

bool Output::is_terminal() const { return path_.empty() && ::isatty(STDOUT_FILENO) != 0; }

Progress::Progress(std::string verb) : verb_(std::move(verb)), shown_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { erase(); }

void Progress::erase() const {
  if (shown_ && count_ > 0) std::fputs("\r\x1b[K", stderr);
}

void Progress::step() {
  ++count_;
  if (shown_) std::fprintf(stderr, "\r%s %s ", verb_.c_str(), plural(count_, "file").c_str());
}

void Progress::say(const std::string& line) {
  erase();
  std::fprintf(stderr, "%s\n", line.c_str());
}

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace cli
