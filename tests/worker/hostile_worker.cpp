// A worker whose decoder does what the file says, as a decoder does that a hostile file has taken
// over. Files of other content it examines as ever.

#include "sandbox.hpp"
#include <ectype/isolation.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

int files_seen = 0;

void hang() {
  while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
}

void allocate_without_end() {
  std::vector<std::vector<char>> all;
  while (true) all.emplace_back(std::size_t{16} << 20, 1);
}

void answer_nonsense() {
  const std::string text("\x05\0\0\0hello", 9);
  if (::write(ectype::kWorkerSocket, text.data(), text.size()) < 0) std::abort();
}

void answer_without_end() {
  const std::string text("\xff\xff\xff\xff", 4);
  if (::write(ectype::kWorkerSocket, text.data(), text.size()) < 0) std::abort();
  hang();
}

void crash_unless_first() {
  if (files_seen > 1) std::raise(SIGSEGV);
}

/// As a result of the next file.
void answer_twice() {
  for (int i = 0; i < 2; ++i) answer_nonsense();
}

void answer_out_of_band() {
  if (::send(ectype::kWorkerSocket, "x", 1, MSG_OOB) < 0) std::abort();
  hang();
}

const std::map<std::string, std::function<void()>> kDeeds{
    {"segfault", [] { std::raise(SIGSEGV); }},
    {"abort", [] { std::abort(); }},
    {"exit", [] { std::_Exit(7); }},
    {"hang", hang},
    {"allocate", allocate_without_end},
    {"fork", [] { static_cast<void>(::fork()); }},
    {"open", [] { static_cast<void>(::open("/etc/passwd", O_RDONLY)); }},
    {"create", [] { static_cast<void>(::open("created", O_WRONLY | O_CREAT, 0600)); }},
    {"exec", [] { ::execl("/bin/true", "true", nullptr); }},
    {"socket", [] { static_cast<void>(::socket(AF_INET, SOCK_STREAM, 0)); }},
    {"kill", [] { ::kill(::getppid(), SIGKILL); }},
    {"tgkill", [] { ::syscall(SYS_tgkill, ::getppid(), ::getppid(), SIGKILL); }},
    {"code",
     [] { ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
    {"out of band", answer_out_of_band},
    {"twice", answer_twice},
    {"nonsense", answer_nonsense},
    {"endless", answer_without_end},
    {"crash unless first", crash_unless_first},
    {"stop", [] { std::raise(SIGSTOP); }},
    {"thread", [] { std::thread([] {}).join(); }},
};

ectype::FileResult examine(int descriptor, const ectype::ScanOptions& options) {
  ++files_seen;
  std::array<char, 32> content{};
  const ssize_t size = ::pread(descriptor, content.data(), content.size(), 0);
  const std::string text(content.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return ectype::examine(
      [&] {
        if (const auto deed = kDeeds.find(text); deed != kDeeds.end()) deed->second();
        return ectype::Image::open(descriptor, options.limits);
      },
      options);
}

/// As sandbox::enter; what unpacks archives then does, a moment after it began, what
/// ECTYPE_TEST_LATER says.
std::string enter(std::uint64_t max_memory) {
  const char* const name = std::getenv("ECTYPE_TEST_LATER");
  std::string missing = sandbox::enter(max_memory);
  if (const auto deed = kDeeds.find(name != nullptr ? name : ""); deed != kDeeds.end())
    std::thread([deed] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      deed->second();
    }).detach();
  return missing;
}

}  // namespace

int main() { return ectype::serve_as_worker(ectype::kWorkerSocket, enter, examine); }
