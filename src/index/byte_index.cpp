#include "ectype/byte_index.hpp"

#include "index/byte_scan.hpp"
#include "index/nearest.hpp"
#include "index/removed_rows.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace ectype {
namespace {

constexpr std::size_t kMostBytes = 1024;

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, message);
}

void require_whole(std::size_t bytes, std::size_t size) {
  if (bytes % size != 0)
    refuse(std::to_string(bytes) + " bytes are not whole vectors of " + std::to_string(size) +
           "; give a multiple of it");
}

}  // namespace

struct ByteIndex::State {
  index::ByteRows rows;
  index::RemovedRows removed;

  template <typename Visit>
  void scan(std::span<const std::uint8_t> queries, std::span<std::int32_t> radii,
            Visit visit) const {
    index::scan(rows, queries, radii,
                [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
                  if (!removed[row]) visit(query, row, distance);
                });
  }
  [[nodiscard]] std::span<const std::uint8_t> vector(std::size_t row) const {
    return {rows.row(row), rows.vector_size()};
  }
};

ByteIndex::ByteIndex(std::size_t size, ByteMetric metric) {
  if (size == 0 || size > kMostBytes)
    refuse("vectors of " + std::to_string(size) + " bytes are not supported; give 1 to " +
           std::to_string(kMostBytes));
  state_ = std::make_unique<State>(State{index::ByteRows(size, metric), {}});
}
ByteIndex::ByteIndex(const ByteIndex& other) : state_(std::make_unique<State>(*other.state_)) {}
ByteIndex& ByteIndex::operator=(const ByteIndex& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
ByteIndex::ByteIndex(ByteIndex&&) noexcept = default;
ByteIndex& ByteIndex::operator=(ByteIndex&&) noexcept = default;
ByteIndex::~ByteIndex() = default;

std::uint64_t ByteIndex::size() const noexcept {
  return state_->rows.size() - state_->removed.count();
}
std::uint64_t ByteIndex::row_count() const noexcept { return state_->rows.size(); }
std::size_t ByteIndex::vector_size() const noexcept { return state_->rows.vector_size(); }
ByteMetric ByteIndex::metric() const noexcept { return state_->rows.metric(); }

std::uint64_t ByteIndex::add(std::span<const std::uint8_t> rows) {
  require_whole(rows.size(), vector_size());
  // What may throw comes first; the rest cannot once there is room.
  const std::uint64_t first = row_count();
  const std::size_t count = first + rows.size() / vector_size();
  state_->removed.reserve(count);
  state_->rows.append(rows);
  state_->removed.grow(count);
  return first;
}

void ByteIndex::remove(std::span<const std::uint64_t> rows) { state_->removed.remove(rows); }

std::vector<Hit> ByteIndex::within(std::span<const std::uint8_t> queries, std::uint32_t radius,
                                   double min_entropy) const {
  const std::size_t size = vector_size();
  require_whole(queries.size(), size);
  if (!(min_entropy >= 0 && min_entropy <= 8))
    refuse("min_entropy is " + std::to_string(min_entropy) + "; give 0 (off) to 8 bits");
  const auto largest = static_cast<std::uint32_t>(state_->rows.largest_distance());
  std::vector<std::int32_t> radii(queries.size() / size,
                                  static_cast<std::int32_t>(std::min(radius, largest)));
  const auto is_flat = [&](std::span<const std::uint8_t> vector) {
    return min_entropy > 0 && byte_entropy(vector) < min_entropy;
  };
  for (std::size_t q = 0; q < radii.size(); ++q)
    if (is_flat(queries.subspan(q * size, size))) radii[q] = -1;
  std::vector<Hit> hits;
  state_->scan(queries, radii, [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
    if (!is_flat(state_->vector(row)))
      hits.push_back({static_cast<std::uint32_t>(query), distance, row});
  });
  std::sort(hits.begin(), hits.end());
  return hits;
}

std::vector<Hit> ByteIndex::nearest(std::span<const std::uint8_t> queries, std::size_t k) const {
  require_whole(queries.size(), vector_size());
  index::NearestRows best(queries.size() / vector_size(), k,
                          static_cast<std::size_t>(state_->rows.largest_distance()));
  state_->scan(queries, best.radii(),
               [&](std::size_t query, std::uint64_t row, std::uint32_t distance) {
                 best.offer(query, row, distance);
               });
  return best.take();
}

double byte_entropy(std::span<const std::uint8_t> bytes) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t byte : bytes) ++counts[byte];
  double entropy = 0;
  for (const std::size_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(bytes.size());
    entropy -= share * std::log2(share);
  }
  return std::abs(entropy);  // never -0
}

std::vector<std::uint8_t> permute_variants(std::span<const std::uint8_t> vector,
                                           std::span<const std::uint16_t> permutations) {
  const std::size_t size = vector.size();
  if (size == 0 || size > kMostBytes || permutations.size() % size != 0)
    refuse(std::to_string(permutations.size()) + " indices are not permutations of a vector of " +
           std::to_string(size) + " bytes; give 1 to " + std::to_string(kMostBytes) +
           " bytes and as many indices for each variant");
  std::vector<std::uint8_t> variants;
  variants.reserve(permutations.size());
  for (std::size_t first = 0; first < permutations.size(); first += size) {
    std::vector<bool> taken(size);
    for (const std::uint16_t from : permutations.subspan(first, size)) {
      if (from >= size || taken[from])
        refuse("permutation " + std::to_string(first / size) + " names byte " +
               std::to_string(from) + (from >= size ? ", of " : " twice, of ") +
               std::to_string(size) + "; give each from 0 once");
      taken[from] = true;
      variants.push_back(vector[from]);
    }
  }
  return variants;
}

}  // namespace ectype
