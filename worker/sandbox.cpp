#include "sandbox.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sandbox {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ECTYPE_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(ECTYPE_SANITIZED)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// What decoders, the C library's memory and its threads call. No open, socket, exec, fork, kill of
/// others, ptrace.
constexpr std::array kAllowed{
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(pread64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo),
};

/// Or less, where less is all that there is.
bool limit(__rlimit_resource_t resource, std::uint64_t value) {
  rlimit given{};
  if (::getrlimit(resource, &given) == 0 && given.rlim_max < value) value = given.rlim_max;
  const rlimit wanted{value, value};
  return ::setrlimit(resource, &wanted) == 0;
}

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

/// Negative where libseccomp or the kernel refuses, as errno.
int load_filter() {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release);
  if (!filter) return -ENOMEM;
  // Of all threads, should a worker of a tool's own have started some.
  int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  const auto add = [&](std::uint32_t action, int call, auto... conditions) {
    const std::array<scmp_arg_cmp, sizeof...(conditions)> list{conditions...};
    const int failed = seccomp_rule_add_array(filter.get(), action, call,
                                              static_cast<unsigned>(list.size()), list.data());
    // A call that this architecture does not have cannot be made.
    if (failed != 0 && failed != -EDOM && failed != -EINVAL) error = failed;
  };
  for (const int call : kAllowed) add(SCMP_ACT_ALLOW, call);
  // A copy of a descriptor, which Image::open makes.
  add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC));
  add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL));
  // Threads, not processes. The flags of clone3 cannot be seen: the C library then takes clone.
  constexpr std::uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  add(SCMP_ACT_ALLOW, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
  add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
  // How newer C libraries call fstat: by an empty path. (The filter does not see the path: a
  // decoder that was taken over can learn whether a file exists and how large it is, not what it
  // holds.)
  add(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), SCMP_A0(SCMP_CMP_LE, INT32_MAX),
      SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
  // Memory, and never code.
  add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  for (const int advice : {MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE})
    add(SCMP_ACT_ALLOW, SCMP_SYS(madvise),
        SCMP_A2(SCMP_CMP_EQ, static_cast<std::uint64_t>(advice)));
  // abort: a signal to itself.
  add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
      SCMP_A0(SCMP_CMP_EQ, static_cast<std::uint64_t>(::getpid())));
  // Names of threads.
  add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
  return error != 0 ? error : seccomp_load(filter.get());
}

}  // namespace

std::string enter(std::uint64_t max_memory) {
  const bool no_dumps = limit(RLIMIT_CORE, 0);
  if (kSanitized) return "a limit of memory and of system calls, which this sanitized build lacks";
  std::string missing;
  const auto note = [&](bool done, const std::string& what) {
    if (!done) missing += (missing.empty() ? "" : ", ") + what;
  };
  note(no_dumps, "a limit of core dumps");
  note(limit(RLIMIT_AS, max_memory), "a limit of memory");
  note(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  if (const int error = load_filter(); error != 0)
    note(false, std::string("seccomp: ") + std::strerror(-error));
  return missing;
}

}  // namespace sandbox
