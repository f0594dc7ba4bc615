#include "memory_read.hpp"

#include <cstddef>

// The widest registers that the machine has, without flags for the whole file.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ECTYPE_BENCH_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define ECTYPE_BENCH_CLONES
#endif

namespace ectype::bench {

ECTYPE_BENCH_CLONES
std::uint64_t read_in_order(std::span<const std::uint64_t> words) {
  std::uint64_t sum = 0;
  for (const std::uint64_t word : words) sum += word;
  return sum;
}

ECTYPE_BENCH_CLONES
std::uint64_t read_four_streams(std::span<const std::uint64_t> words) {
  const std::size_t quarter = words.size() / 4;
  const std::uint64_t* p = words.data();
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  for (std::size_t i = 0; i < quarter; ++i) {
    a += p[i];
    b += p[quarter + i];
    c += p[2 * quarter + i];
    d += p[3 * quarter + i];
  }
  return a + b + c + d + read_in_order(words.subspan(4 * quarter));
}

}  // namespace ectype::bench
