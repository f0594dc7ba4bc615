// Kernels of every CPU level that this machine has. Rows fit the second-level cache, so that the
// figures are those of the arithmetic; bench_index.cpp has those of memory.

#include "distance/kernels.hpp"
#include "index/hash_blocks.hpp"
#include "random_hashes.hpp"

#include "ectype/byte_hash.hpp"
#include "ectype/cpu.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

constexpr std::size_t kRows = std::size_t{1} << 14;
constexpr std::size_t kVectors = std::size_t{1} << 12;
constexpr std::size_t kBlocksAtOnce = 512;  // as LinearIndex calls the kernel

using ByteKernel = void (*)(const std::uint8_t*, const std::uint8_t*, std::size_t, std::size_t,
                            std::uint32_t*);

const std::uint64_t* words_of(const std::vector<Hash256>& hashes) {
  return hashes.front().as_words().data();
}

void count_distances(benchmark::State& state, std::size_t distances, std::size_t row_bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(distances));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(distances * row_bytes));
}

/// Every distance of one query, rows one after the other.
void hamming_one_to_many(benchmark::State& state, CpuLevel level) {
  const auto kernel = distance::kernels(level).hamming_rows[distance::width_index(4)];
  const std::vector<Hash256> rows = random_hashes(kRows, 1);
  const std::vector<Hash256> query = random_hashes(1, 2);
  std::vector<std::uint16_t> distances(kRows);
  for (auto _ : state) {
    kernel(words_of(query), words_of(rows), kRows, distances.data());
    benchmark::DoNotOptimize(distances.data());
    benchmark::ClobberMemory();
  }
  count_distances(state, kRows, Hash256::bytes);
}

/// Rows within a radius of many queries, over the blocked layout.
void hamming_many_to_many(benchmark::State& state, CpuLevel level) {
  const auto kernel = distance::kernels(level).hamming_within[distance::width_index(4)];
  const auto query_count = static_cast<std::size_t>(state.range(0));
  const std::vector<Hash256> queries = random_hashes(query_count, 2);
  const std::vector<std::int32_t> radii(query_count, static_cast<std::int32_t>(state.range(1)));
  const std::vector<Hash256> rows = random_hashes(kRows, 1);
  index::HashBlocks blocks(Hash256::words);
  blocks.append({words_of(rows), kRows * Hash256::words});
  std::vector<distance::RawHit> hits(kBlocksAtOnce * distance::kBlockRows * query_count);
  for (auto _ : state) {
    for (std::size_t b = 0; b < blocks.block_count(); b += kBlocksAtOnce) {
      benchmark::DoNotOptimize(kernel(blocks.blocks_from(b), kBlocksAtOnce, words_of(queries),
                                      query_count, radii.data(), hits.data()));
    }
  }
  count_distances(state, kRows * query_count, Hash256::bytes);
}

void bytes_one_to_many(benchmark::State& state, ByteKernel kernel) {
  std::mt19937_64 random(3);
  std::vector<std::uint8_t> values((kVectors + 1) * Hash144Bytes::bytes);
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(random());
  std::vector<std::uint32_t> distances(kVectors);
  for (auto _ : state) {
    kernel(values.data(), values.data() + Hash144Bytes::bytes, kVectors, Hash144Bytes::bytes,
           distances.data());
    benchmark::DoNotOptimize(distances.data());
    benchmark::ClobberMemory();
  }
  count_distances(state, kVectors, Hash144Bytes::bytes);
}

bool register_all() {
  for (const CpuLevel level : supported_cpu_levels()) {
    const std::string suffix = "/" + std::string(to_string(level));
    const distance::Kernels& kernels = distance::kernels(level);
    benchmark::RegisterBenchmark(("hamming256_one_to_many" + suffix).c_str(), hamming_one_to_many,
                                 level);
    benchmark::RegisterBenchmark(("hamming256_within" + suffix).c_str(), hamming_many_to_many,
                                 level)
        ->ArgNames({"queries", "radius"})
        ->ArgsProduct({{1, 128}, {31, 80, 90}});
    benchmark::RegisterBenchmark(("squared_l2_144" + suffix).c_str(), bytes_one_to_many,
                                 kernels.squared_l2_rows);
    benchmark::RegisterBenchmark(("l1_144" + suffix).c_str(), bytes_one_to_many, kernels.l1_rows);
  }
  return true;
}

[[maybe_unused]] const bool registered = register_all();

}  // namespace
}  // namespace ectype::bench
