#include "index/chunk_plan.hpp"

#include "index/bucket_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ectype::index {
namespace {

/// Bytes beside each hash that tables may take, and what a small set may take in any case.
constexpr double kBytesPerRow = 60;
constexpr double kBytesAlways = 64e6;

std::vector<Chunk> cut(unsigned hash_bits, unsigned count, unsigned most_bits) {
  std::vector<Chunk> chunks;
  unsigned first = 0;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned width = hash_bits / count + (i < hash_bits % count ? 1 : 0);
    // Bits beyond the most are left out of the key: it then selects more rows, and never fewer.
    chunks.push_back({first, std::min(width, most_bits)});
    first += width;
  }
  return chunks;
}

double table_bytes(const std::vector<Chunk>& chunks, std::uint64_t rows) {
  double bytes = 0;
  for (const Chunk& chunk : chunks)
    bytes += static_cast<double>(BucketTable::bytes_needed(chunk.bits, rows));
  return bytes;
}

}  // namespace

double keys_at(unsigned bits, int distance) {
  if (distance > static_cast<int>(bits)) return 0;
  double keys = 1;
  for (int i = 0; i < distance; ++i) keys = keys * (bits - static_cast<unsigned>(i)) / (i + 1);
  return keys;
}

Expected expect(std::span<const Chunk> chunks, std::uint64_t rows, int radius) {
  const auto per_bucket = [&](const Chunk& chunk) {
    return std::ldexp(static_cast<double>(rows), -static_cast<int>(chunk.bits));
  };
  std::vector<int> thresholds(chunks.size());
  allot_thresholds(radius, thresholds, [&](std::size_t i, int threshold) {
    return keys_at(chunks[i].bits, threshold) *
           (kProbeCost + kCandidateCost * per_bucket(chunks[i]));
  });
  Expected expected;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    for (int t = 0; t <= thresholds[i]; ++t) {
      expected.probes += keys_at(chunks[i].bits, t);
      expected.candidates += keys_at(chunks[i].bits, t) * per_bucket(chunks[i]);
    }
  }
  return expected;
}

std::vector<Chunk> plan_chunks(unsigned hash_bits, std::uint64_t rows, int radius) {
  const double most_bytes = std::max(kBytesAlways, kBytesPerRow * static_cast<double>(rows));
  std::vector<Chunk> best;
  double best_cost = 0;
  const unsigned fewest = std::max(1u, hash_bits / 32);
  // More buckets than rows would hold nothing but air.
  const unsigned most_bits =
      std::min(kMaxChunkBits, std::max(4u, static_cast<unsigned>(std::bit_width(rows)) + 1));
  for (unsigned count = fewest; count <= hash_bits / 4; ++count) {
    for (unsigned bits = std::min(4u, most_bits);
         bits <= std::min(most_bits, hash_bits / count + 1); ++bits) {
      std::vector<Chunk> chunks = cut(hash_bits, count, bits);
      if (table_bytes(chunks, rows) > most_bytes) continue;
      const double cost = expect(chunks, rows, radius).cost();
      if (best.empty() || cost < best_cost) {
        best = std::move(chunks);
        best_cost = cost;
      }
    }
  }
  return best;
}

}  // namespace ectype::index
