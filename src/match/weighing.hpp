#pragma once

#include "hashset/schema.hpp"
#include "hashset/set_index.hpp"
#include "match/probes.hpp"

#include "ectype/hash_set.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ectype::match {

/// Of one known picture, the best of each algorithm.
using EvidenceByAlgorithm = std::map<std::string, MatchEvidence>;

/// Whether there are likelihood ratios for the algorithm, and so a place for it above `strict`.
bool is_weighed(std::string_view algorithm);

/// How far the rows of an algorithm are searched so that what is accepted is found.
hashset::SetSearch search_of(const hashset::IndexKey& key, const MatchOptions& options);

/// What a stored hash and a probe say of each other, at that distance or by that vote.
MatchEvidence evidence_of(const hashset::HashRow& row, bool quarantined, const Probe& probe,
                          int distance, const KeypointMatch* vote);

/// What all evidence together says.
struct Weight {
  bool is_enough = false;            ///< for a match
  std::string leading;               ///< the algorithm that says most
  std::optional<double> false_rate;  ///< of unrelated pictures with as strong evidence, if known
  int score = 0;                     ///< in hundredths of a nat; 0 at `Level::strict`
};
/// The least rate that is named: the tail beyond was not measured, but extrapolated.
inline constexpr double kLeastRate = 1e-9;
Weight weigh(const EvidenceByAlgorithm& evidence, const MatchOptions& options);

/// By how much likelier the evidence is of a copy than of another picture; hundredths of a nat.
int log_likelihood_ratio(const MatchEvidence& evidence, Level level);

/// Whether it is of keypoints that agree on nothing.
bool is_nothing(const MatchEvidence& evidence);

/// Adds the evidence where it is better than what is there of its algorithm.
void keep_better(EvidenceByAlgorithm& best, const MatchEvidence& evidence);

/// Whether `a` says more than `b`, of one algorithm.
bool is_better(const MatchEvidence& a, const MatchEvidence& b);

/// Throws `Error` (invalid_argument).
void require_valid(const MatchOptions& options);

}  // namespace ectype::match
