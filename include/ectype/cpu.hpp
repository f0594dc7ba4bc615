#pragma once

#include "ectype/export.hpp"

#include <string_view>
#include <vector>

namespace ectype {

/// Instruction sets that the distance kernels are built for. All give the same results.
enum class CpuLevel {
  scalar,
  avx2,
  avx512,
  amx,  ///< AVX-512 and the matrix unit of Intel's Sapphire Rapids and later (int8 tiles)
  neon
};

ECTYPE_API std::string_view to_string(CpuLevel level) noexcept;

/// The levels that this machine and build can run, slowest first. On a machine that has `amx` the
/// first call asks Linux to let the process use it, as every program must; where that is refused
/// the level is not among them. From then on the process needs alternative signal stacks of at
/// least getauxval(AT_MINSIGSTKSZ), which has grown to about 11 KB.
ECTYPE_API std::vector<CpuLevel> supported_cpu_levels();

/// The level in use: the best one, or the one named by the environment variable ECTYPE_CPU
/// (scalar, avx2, avx512, amx, neon), which is read once, at the first call. Throws `Error`
/// (invalid_argument) where that variable names none or one that this machine lacks.
ECTYPE_API CpuLevel active_cpu_level();

}  // namespace ectype
