#pragma once

#include "ectype/keypoint_match.hpp"
#include "ectype/keypoint_signature.hpp"

#include <vector>

namespace ectype::keypoints {

/// A query and its variants, prepared once for many references. Const members are thread-safe.
class KeypointVoter {
 public:
  /// `query` has to outlive it.
  KeypointVoter(const KeypointSignature& query, const KeypointVoteOptions& options);
  [[nodiscard]] KeypointMatch operator()(const KeypointSignature& reference) const;

 private:
  const KeypointSignature& query_;
  KeypointVoteOptions options_;
  std::vector<Hash128> descriptors_;
};

/// Throws `Error` (invalid_argument).
void require_valid(const KeypointVoteOptions& options);

}  // namespace ectype::keypoints
