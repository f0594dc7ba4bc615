/* A plain read of memory, to be compiled with -O3 -march=native. Which one is faster depends on
   the machine. */

#include <stddef.h>
#include <stdint.h>

uint64_t ectype_bench_read_in_order(const uint64_t* words, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += words[i];
  return sum;
}

/* Four places at once, a quarter of the buffer apart. */
uint64_t ectype_bench_read_streams(const uint64_t* words, size_t count) {
  const size_t quarter = count / 4;
  uint64_t a = 0, b = 0, c = 0, d = 0;
  for (size_t i = 0; i < quarter; ++i) {
    a += words[i];
    b += words[quarter + i];
    c += words[2 * quarter + i];
    d += words[3 * quarter + i];
  }
  return a + b + c + d + ectype_bench_read_in_order(words + 4 * quarter, count - 4 * quarter);
}
