// LinearIndex beside a plain read of as many bytes: one query is bound by memory, a batch by
// arithmetic. bytes_per_second counts 32 bytes a row once a pass, whatever the number of queries;
// items_per_second counts distances.

#include "memory_read.hpp"
#include "random_hashes.hpp"

#include "ectype/cpu.hpp"
#include "ectype/linear_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

struct Rows {
  std::vector<Hash256> hashes;
  LinearIndex<Hash256> index;
  explicit Rows(std::size_t count) : hashes(random_hashes(count, 1)), index(hashes) {}
};

/// Kept from one benchmark to the next: 10 million rows take longer to make than to search.
const Rows& rows_of(std::size_t count) {
  static std::unique_ptr<Rows> rows;
  if (!rows || rows->hashes.size() != count) {
    rows.reset();
    rows = std::make_unique<Rows>(count);
  }
  return *rows;
}

void count_pass(benchmark::State& state, std::int64_t rows, std::int64_t queries) {
  state.SetBytesProcessed(state.iterations() * rows * std::int64_t{Hash256::bytes});
  state.SetItemsProcessed(state.iterations() * rows * queries);
}

template <std::uint64_t (*Read)(std::span<const std::uint64_t>)>
void memory_read(benchmark::State& state) {
  const Rows& rows = rows_of(static_cast<std::size_t>(state.range(0)));
  const std::span words(rows.hashes.front().as_words().data(), rows.hashes.size() * Hash256::words);
  for (auto _ : state) benchmark::DoNotOptimize(Read(words));
  count_pass(state, state.range(0), 1);
}

/// Half of the queries have a row one bit away, so that there is something to find.
std::vector<Hash256> make_queries(const Rows& rows, std::size_t count) {
  std::vector<Hash256> queries = random_hashes(count, 2);
  for (std::size_t i = 0; i < count; i += 2) {
    Hash256::Words words = rows.hashes[i * rows.hashes.size() / count].as_words();
    words[0] ^= 1;
    queries[i] = Hash256(words);
  }
  return queries;
}

void linear_within(benchmark::State& state) {
  const Rows& rows = rows_of(static_cast<std::size_t>(state.range(0)));
  const std::vector<Hash256> queries = make_queries(rows, static_cast<std::size_t>(state.range(1)));
  std::size_t hits = 0;
  for (auto _ : state) {
    hits = rows.index.within(queries, static_cast<int>(state.range(2))).size();
    benchmark::DoNotOptimize(hits);
  }
  count_pass(state, state.range(0), state.range(1));
  state.counters["hits"] = static_cast<double>(hits);
  state.SetLabel(std::string(to_string(active_cpu_level())));
}

BENCHMARK(memory_read<read_in_order>)
    ->Name("memory_read/in_order")
    ->ArgName("rows")
    ->Arg(kMillion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(memory_read<read_four_streams>)
    ->Name("memory_read/four_streams")
    ->ArgName("rows")
    ->Arg(kMillion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(linear_within)
    ->ArgNames({"rows", "queries", "radius"})
    ->ArgsProduct({{kMillion}, {1, 256}, {31, 80, 90}})
    ->Unit(benchmark::kMillisecond);

BENCHMARK(memory_read<read_in_order>)
    ->Name("memory_read/in_order")
    ->ArgName("rows")
    ->Arg(10 * kMillion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(memory_read<read_four_streams>)
    ->Name("memory_read/four_streams")
    ->ArgName("rows")
    ->Arg(10 * kMillion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(linear_within)
    ->ArgNames({"rows", "queries", "radius"})
    ->ArgsProduct({{10 * kMillion}, {1, 256}, {31, 80, 90}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ectype::bench
