// MultiIndex and self_join over uniform hashes. items_per_second counts queries, or rows.

#include "random_hashes.hpp"

#include "ectype/multi_index.hpp"
#include "ectype/self_join.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kBatch = 256;

/// Kept from one benchmark to the next.
const MultiIndex<Hash256>& index_of(std::size_t count) {
  static std::unique_ptr<MultiIndex<Hash256>> index;
  if (!index || index->size() != count) {
    index.reset();
    index = std::make_unique<MultiIndex<Hash256>>(random_hashes(count, 1));
  }
  return *index;
}

void multi_index_within(benchmark::State& state) {
  const MultiIndex<Hash256>& index = index_of(static_cast<std::size_t>(state.range(0)));
  const std::vector<Hash256> queries = random_hashes(kBatch, 2);
  for (auto _ : state)
    benchmark::DoNotOptimize(index.within(queries, static_cast<int>(state.range(1))));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
  state.SetLabel(index.explain(kBatch, static_cast<int>(state.range(1))));
}

void multi_index_build(benchmark::State& state) {
  const std::vector<Hash256> rows = random_hashes(static_cast<std::size_t>(state.range(0)), 1);
  double overhead = 0;
  for (auto _ : state) {
    const MultiIndex<Hash256> index(rows);
    overhead = static_cast<double>(index.overhead_bytes());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_beyond_hash"] = overhead / static_cast<double>(state.range(0));
}

void self_join_all(benchmark::State& state) {
  const std::vector<Hash256> rows = random_hashes(static_cast<std::size_t>(state.range(0)), 1);
  for (auto _ : state) {
    std::uint64_t pairs = 0;
    self_join(std::span<const Hash256>(rows), 31, [&](const Pair&) { ++pairs; });
    benchmark::DoNotOptimize(pairs);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(multi_index_within)
    ->ArgNames({"rows", "radius"})
    ->ArgsProduct({{kMillion}, {16, 31, 40, 80}})
    ->ArgsProduct({{10 * kMillion}, {31}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(multi_index_build)
    ->ArgName("rows")
    ->Arg(kMillion)
    ->Arg(10 * kMillion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(self_join_all)
    ->Name("self_join")
    ->ArgName("rows")
    ->Arg(kMillion)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ectype::bench
