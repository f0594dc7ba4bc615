#include "output.hpp"

#include <ectype/error.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace cli {
namespace {

void require_written(bool written) {
  if (!written)
    throw ectype::Error(ectype::ErrorCode::storage,
                        std::string("standard output: writing failed: ") + std::strerror(errno));
}

}  // namespace

Output::Output(const std::string& path) {
  if (!path.empty() && path != "-") file_.emplace(path);
  is_terminal_ = !file_ && ::isatty(STDOUT_FILENO) != 0;
}

void Output::write(std::string_view text) {
  if (file_) return file_->write(text);
  require_written(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
  if (is_terminal_) require_written(std::fflush(stdout) == 0);
}

void Output::commit() {
  if (file_) return file_->commit();
  require_written(std::fflush(stdout) == 0);
}

void print(const std::string& text) {
  Output out("");
  out.write(text);
  out.commit();
}

Progress::Progress(std::string verb, const Output& results)
    : verb_(std::move(verb)), shown_(::isatty(STDERR_FILENO) != 0 && !results.is_terminal()) {}

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
