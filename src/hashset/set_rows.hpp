#pragma once

#include "ectype/hash_value.hpp"
#include "ectype/keypoint_index.hpp"
#include "ectype/linear_index.hpp"
#include "ectype/multi_index.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ectype::hashset {

/// What is looked for among rows.
struct SetSearch {
  std::uint32_t radius = 0;         ///< inclusive; of hashes that have a distance
  KeypointSearchOptions keypoints;  ///< of those that have none
};

struct SetHit {
  Hit hit;  ///< its distance is 0 for keypoints
  std::shared_ptr<const KeypointMatch> vote;
};

/// The hashes of one algorithm and kind, numbered from 0 in the order in which they are added; the
/// first of them may lie in an index file. A search may run while rows are added and removed, and
/// is fast after `tidy`.
class SetRows {
 public:
  /// Of hashes of that kind.
  [[nodiscard]] static std::unique_ptr<SetRows> create(HashKind kind);
  /// With the rows of an index file. Throws `Error` as `MultiIndex::open`, (unsupported) for a kind
  /// that has no such files.
  [[nodiscard]] static std::unique_ptr<SetRows> open(HashKind kind,
                                                     const std::filesystem::path& file);

  SetRows() = default;
  SetRows(const SetRows&) = delete;
  SetRows& operator=(const SetRows&) = delete;
  virtual ~SetRows() = default;

  /// Many at once are cheaper than one by one.
  virtual void add(std::span<const HashValue> hashes) = 0;
  virtual void remove(std::span<const std::uint64_t> rows) = 0;
  /// Ordered by (query, distance, row).
  [[nodiscard]] virtual std::vector<SetHit> search(std::span<const HashValue> queries,
                                                   const SetSearch& what) const = 0;

  /// Null where all rows were added.
  [[nodiscard]] virtual const IndexStamp* stamp() const { return nullptr; }
  [[nodiscard]] virtual std::uint64_t file_rows() const { return 0; }
  [[nodiscard]] virtual std::int64_t file_id(std::uint64_t /*row*/) const { return 0; }
  /// The last of the ids; 0 where there is none. Throws `Error` (damaged).
  std::int64_t file_end_id() const { return file_rows() > 0 ? file_id(file_rows() - 1) : 0; }
  [[nodiscard]] virtual HashValue file_hash(std::uint64_t /*row*/) const { return {}; }
  /// Reads all of the file. Throws `Error` (damaged).
  virtual void verify_file() const {}
  /// Makes searches fast again after many changes. May run while the index is used.
  virtual void tidy() {}
};

/// Writes the index file of hashes of that kind.
void save_rows(HashKind kind, std::span<const HashValue> hashes, const IndexStamp& stamp,
               std::span<const std::int64_t> ids, const std::filesystem::path& file,
               unsigned threads);

}  // namespace ectype::hashset
