#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/export.hpp"
#include "ectype/linear_index.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ectype {

struct MultiIndexOptions {
  int radius = 31;       ///< largest radius that the buckets are built to serve
  unsigned threads = 1;  ///< that build it; 0: one a core
};

/// What an index was built from: the hashes of one algorithm in a hash set; empty where from none.
struct IndexStamp {
  std::string uuid;       ///< of the set; at most 40 bytes
  std::string algorithm;  ///< at most 64 bytes
  std::uint64_t generation = 0;
  std::int64_t change = 0;  ///< of the generation: tells two copies of a set apart that went apart
  friend bool operator==(const IndexStamp&, const IndexStamp&) = default;
};

/// Exact search by multi-index hashing: hashes are cut into chunks, and each chunk is looked up in
/// buckets at its own small distance. By the general pigeonhole principle a row within the radius
/// is near the query in at least one chunk, so nothing is missed: results are what `LinearIndex`
/// returns. Where the buckets would take longer than looking at every row (a large radius, a small
/// set), it looks at every row; `explain` tells which and why.
///
/// Rows are numbered from 0 as given; at most 2^32 - 2. Immutable; const members are thread-safe.
/// For Hash64, Hash128 and Hash256. Sources: M. Norouzi, A. Punjani, D. Fleet, "Fast Exact Search
/// in Hamming Space with Multi-Index Hashing" (2014); J. Qin et al., "GPH: Similarity Search in
/// Hamming Space" (ICDE 2018).
template <typename Hash>
class ECTYPE_API MultiIndex {
 public:
  /// Throws `Error` (invalid_argument) for a radius outside 0 to Hash::bits or too many rows.
  explicit MultiIndex(std::span<const Hash> hashes, const MultiIndexOptions& options = {});
  /// The same for `count` rows that `fill` writes to where they will stay: of many gigabytes there
  /// need be no second copy.
  MultiIndex(std::uint64_t count, const std::function<void(std::span<Hash>)>& fill,
             const MultiIndexOptions& options = {});
  /// Opens a file that `save` wrote: maps it and checks its head, in a few milliseconds whatever
  /// its size. Blocks are checked when a search first touches them, so a search may throw `Error`
  /// (damaged). The file may be replaced meanwhile (as `save` does), but must not be changed in
  /// place. Throws `Error` (not_found, unreadable, unsupported, damaged; mismatch for hashes of
  /// another length). The format is documented in src/index/index_file.hpp.
  [[nodiscard]] static MultiIndex open(const std::filesystem::path& path);
  /// Writes the index to a file (mode 0600), whole or not at all; replaces an index that is there.
  /// `ids` (one for each row; none: those that the index was opened with) are kept with it. Throws
  /// `Error` (storage; already_exists for a file that is no index; invalid_argument).
  void save(const std::filesystem::path& path, const IndexStamp& stamp = {},
            std::span<const std::int64_t> ids = {}) const;

  MultiIndex(MultiIndex&&) noexcept;
  MultiIndex& operator=(MultiIndex&&) noexcept;
  ~MultiIndex();

  [[nodiscard]] std::uint64_t size() const noexcept;
  /// The rows; of one that was opened from a file their blocks are checked (`Error`, damaged).
  [[nodiscard]] std::span<const Hash> hashes() const;
  /// Checks every block of the file that it was opened from. Throws `Error` (damaged).
  void verify() const;
  /// The largest radius that it was built to serve.
  [[nodiscard]] int radius() const noexcept;
  /// As given to `save`; empty for one that was not opened from a file.
  [[nodiscard]] const IndexStamp& stamp() const noexcept;
  /// The id that was given to `save` for a row, which must be less than `size()`; the row's number
  /// where none were given, or where it was not opened from a file. Throws `Error` (damaged).
  [[nodiscard]] std::int64_t id(std::uint64_t row) const;
  /// Bytes beyond those of the hashes.
  [[nodiscard]] std::uint64_t overhead_bytes() const noexcept;

  /// Every row at distance <= `radius` (INCLUSIVE) of each query, ordered by (query, distance,
  /// row). A radius outside 0 to Hash::bits throws `Error` (invalid_argument).
  [[nodiscard]] std::vector<Hit> within(std::span<const Hash> queries, int radius) const;
  [[nodiscard]] std::vector<Hit> within(const Hash& query, int radius) const {
    return within(std::span<const Hash>(&query, 1), radius);
  }
  /// As `LinearIndex::nearest`.
  [[nodiscard]] std::vector<Hit> nearest(std::span<const Hash> queries, std::size_t k) const;
  [[nodiscard]] std::vector<Hit> nearest(const Hash& query, std::size_t k) const {
    return nearest(std::span<const Hash>(&query, 1), k);
  }

  /// One line: how `within` would search for so many queries at this radius, and what each way is
  /// expected to take, from costs that were measured on first use.
  [[nodiscard]] std::string explain(std::size_t queries, int radius) const;

 private:
  struct State;
  explicit MultiIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

extern template class MultiIndex<Hash64>;
extern template class MultiIndex<Hash128>;
extern template class MultiIndex<Hash256>;

}  // namespace ectype
