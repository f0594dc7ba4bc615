#include "ectype/cpu.hpp"

#include "distance/kernels.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#ifdef ECTYPE_AMX_KERNELS
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace ectype {
namespace {

#ifdef ECTYPE_AMX_KERNELS
/// Whether the CPU has int8 tiles and Linux lets this process use them: their state, 8 KB a thread,
/// has to be asked for once (Documentation/arch/x86/xstate.rst).
bool may_use_amx() {
  constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long tile_data = 18;               // XFEATURE_XTILEDATA
  constexpr unsigned amx_tile = 1u << 24;
  constexpr unsigned amx_int8 = 1u << 25;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & amx_tile) != 0 &&
         (d & amx_int8) != 0 && ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#endif

CpuLevel choose_level() {
  const std::vector<CpuLevel> levels = supported_cpu_levels();
  const char* wanted = std::getenv("ECTYPE_CPU");
  if (wanted == nullptr || *wanted == '\0') return levels.back();
  for (const CpuLevel level : levels)
    if (to_string(level) == wanted) return level;
  std::string choices;
  for (const CpuLevel level : levels) choices += " " + std::string(to_string(level));
  throw Error(ErrorCode::invalid_argument,
              "ECTYPE_CPU is '" + std::string(wanted) +
                  "', which this machine cannot run; choose from:" + choices);
}

}  // namespace

std::string_view to_string(CpuLevel level) noexcept {
  switch (level) {
    case CpuLevel::scalar:
      return "scalar";
    case CpuLevel::avx2:
      return "avx2";
    case CpuLevel::avx512:
      return "avx512";
    case CpuLevel::amx:
      return "amx";
    case CpuLevel::neon:
      return "neon";
  }
  return "scalar";
}

std::vector<CpuLevel> supported_cpu_levels() {
  std::vector<CpuLevel> levels{CpuLevel::scalar};
#ifdef ECTYPE_X86_KERNELS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") &&
      __builtin_cpu_supports("bmi2"))
    levels.push_back(CpuLevel::avx2);
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vpopcntdq") &&
      __builtin_cpu_supports("avx512vnni"))
    levels.push_back(CpuLevel::avx512);
#endif
#ifdef ECTYPE_AMX_KERNELS
  static const bool amx = levels.back() == CpuLevel::avx512 && may_use_amx();
  if (amx) levels.push_back(CpuLevel::amx);
#endif
#ifdef ECTYPE_ARM_KERNELS
  levels.push_back(CpuLevel::neon);  // every 64-bit ARM has it
#endif
  return levels;
}

CpuLevel active_cpu_level() {
  static const CpuLevel level = choose_level();
  return level;
}

namespace distance {

const Kernels& kernels(CpuLevel level) {
  const std::vector<CpuLevel> levels = supported_cpu_levels();
  if (std::find(levels.begin(), levels.end(), level) == levels.end())
    throw Error(ErrorCode::invalid_argument,
                "this machine cannot run the kernels of " + std::string(to_string(level)));
#ifdef ECTYPE_AMX_KERNELS
  if (level == CpuLevel::amx) {
    static const Kernels amx = make_amx_kernels();  // not before: it takes AVX-512 to make it
    return amx;
  }
#endif
#ifdef ECTYPE_X86_KERNELS
  if (level == CpuLevel::avx512) return kAvx512Kernels;
  if (level == CpuLevel::avx2) return kAvx2Kernels;
#endif
#ifdef ECTYPE_ARM_KERNELS
  if (level == CpuLevel::neon) return kNeonKernels;
#endif
  return kScalarKernels;
}

const Kernels& kernels() {
  static const Kernels& active = kernels(active_cpu_level());
  return active;
}

}  // namespace distance
}  // namespace ectype
