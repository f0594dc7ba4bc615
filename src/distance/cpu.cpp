#include "ectype/cpu.hpp"

#include "distance/kernels.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace ectype {
namespace {

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
