#pragma once

#include "ectype/export.hpp"
#include "ectype/keypoint_match.hpp"
#include "ectype/keypoint_signature.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ectype {

struct KeypointSearchOptions {
  int radius = 14;  ///< at which descriptors call up candidates, inclusive; 0 to 32
  std::uint32_t query_points = 128;  ///< first keypoints of a query that call up candidates
  int min_calls = 1;                 ///< of one picture that make it a candidate
  /// First keypoints of a reference that are looked at.
  std::uint32_t reference_points = KeypointSignature::kMaxKeypoints;
  std::uint32_t max_candidates =
      64;  ///< pictures put to the vote in vain, by the weight of their calls, before it is left
  /// A descriptor that calls up more pictures than this says nothing and is passed over: stars,
  /// stripes, letters, parts of an interface. One that calls up n counts as 1/n of a call in the
  /// order of candidates. 0: no limit.
  std::uint32_t max_pictures_a_descriptor = 1024;
  KeypointVoteOptions vote;
  int min_inliers = 5;  ///< that make a match; 6 where interfaces, logos or text abound
  /// How many times as large as in the reference, by their longest sides, it may be in the query:
  /// from 1 / max_scale to max_scale; 1 or more. Agreement beyond is mostly chance.
  double max_scale = 5;
};

/// A reference that a query matches.
struct KeypointHit {
  std::uint32_t query = 0;    ///< position in the queries
  std::uint64_t picture = 0;  ///< number of the reference
  KeypointMatch match;
  friend bool operator==(const KeypointHit&, const KeypointHit&) = default;
};

/// Many signatures, searched by descriptors and verified by vote: the first 64 descriptors of each
/// call up candidates through an exact index, then all of a candidate's vote.
///
/// Pictures are numbered from 0 in the order in which they were added. Members may be called from
/// several threads; a search sees what had been added when it began. The answer does not depend on
/// the number of threads or the CPU level. Takes 24 bytes a keypoint, and
/// for the first 64 a `SearchIndex` over them.
class ECTYPE_API KeypointIndex {
 public:
  static constexpr std::size_t kIndexedPoints = 64;

  KeypointIndex();
  KeypointIndex(KeypointIndex&&) noexcept;
  KeypointIndex& operator=(KeypointIndex&&) noexcept;
  ~KeypointIndex();

  /// Appends pictures and returns the number of the first one. Throws `Error` (invalid_argument)
  /// for more descriptors than can be numbered.
  std::uint64_t add(std::span<const KeypointSignature> pictures);
  /// Removes pictures; their numbers are not used again. Throws `Error` (not_found) for one that
  /// never was or is removed already, and then removes none.
  void remove(std::span<const std::uint64_t> pictures);
  [[nodiscard]] std::uint64_t size() const noexcept;  ///< pictures that can be found

  /// The pictures that match each query, ordered by (query, inliers from most, picture). Throws
  /// `Error` (invalid_argument) for options out of range.
  [[nodiscard]] std::vector<KeypointHit> match(std::span<const KeypointSignature> queries,
                                               const KeypointSearchOptions& options = {}) const;
  [[nodiscard]] std::vector<KeypointHit> match(const KeypointSignature& query,
                                               const KeypointSearchOptions& options = {}) const {
    return match(std::span<const KeypointSignature>(&query, 1), options);
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ectype
