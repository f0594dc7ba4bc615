#include "match/in_words.hpp"
#include "match/weighing.hpp"

#include "ectype/compare.hpp"
#include "ectype/keypoint_index.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>

namespace ectype {
namespace {

using match::Probe;

/// A number that a person reads, the same in every locale.
std::string rounded(double value) {
  char text[64];
  const auto format = value >= 100 ? std::chars_format::fixed : std::chars_format::general;
  const auto end = std::to_chars(text, text + sizeof text, value, format, value >= 100 ? 0 : 3);
  return {text, end.ptr};
}

/// Whether a search would have called the picture up.
bool is_called_up(const match::EvidenceByAlgorithm& evidence, const MatchOptions& options) {
  return std::any_of(evidence.begin(), evidence.end(), [&](const auto& entry) {
    const MatchEvidence& each = entry.second;
    if (each.keypoints) return each.keypoints->inliers > 0;
    return static_cast<std::uint32_t>(each.distance) <=
           match::search_of({entry.first, {}}, options).radius;
  });
}

/// As the index of a set of this one picture would find it.
KeypointMatch vote_of(const Probe& probe, const StoredHash& stored,
                      const KeypointSearchOptions& options) {
  KeypointIndex index;
  index.add(std::span(&stored.hash.as<KeypointSignature>(), 1));
  const auto hits = index.match(probe.value.as<KeypointSignature>(), options);
  return hits.empty() ? KeypointMatch{} : hits.front().match;
}

match::EvidenceByAlgorithm gather(const match::Probes& probes, const Signature& known,
                                  const MatchOptions& options) {
  match::EvidenceByAlgorithm best;
  for (const StoredHash& stored : make_item({}, known).hashes) {
    const hashset::IndexKey key{stored.recipe.algorithm, stored.hash.kind()};
    const auto asked = probes.find(key);
    if (asked == probes.end() || !stored.trusted(options.quality_needed())) continue;
    const hashset::HashRow row{0, 0, stored};
    for (const Probe& probe : asked->second) {
      if (key.kind == kKeypointKind) {
        const KeypointMatch vote = vote_of(probe, stored, match::search_of(key, options).keypoints);
        match::keep_better(best, match::evidence_of(row, false, probe, 0, &vote));
      } else {
        const auto apart = static_cast<int>(distance(stored.hash, probe.value));
        match::keep_better(best, match::evidence_of(row, false, probe, apart, nullptr));
      }
    }
  }
  return best;
}

std::string region_in_words(Region region) {
  switch (region) {
    case Region::whole:
      return "";
    case Region::content:
      return " (without its borders)";
    case Region::on_white:
      return " (on white)";
    case Region::on_black:
      return " (on black)";
  }
  return "";
}

/// "12 % to 80 % from the left, 0 % to 100 % from the top".
std::string place_in_words(const std::array<PicturePoint, 4>& corners) {
  double left = 1, right = 0, top = 1, bottom = 0;
  for (const PicturePoint& corner : corners) {
    left = std::min(left, corner.x);
    right = std::max(right, corner.x);
    top = std::min(top, corner.y);
    bottom = std::max(bottom, corner.y);
  }
  const auto percent = [](double part) {
    return std::to_string(static_cast<int>(100 * std::clamp(part, 0.0, 1.0) + 0.5)) + " %";
  };
  return percent(left) + " to " + percent(right) + " from the left and " + percent(top) + " to " +
         percent(bottom) + " from the top";
}

std::string in_words(const MatchEvidence& evidence, Level level) {
  const std::string inverted = evidence.inverted ? ", light and dark exchanged" : "";
  if (evidence.keypoints) {
    const KeypointMatch& found = *evidence.keypoints;
    return std::to_string(found.inliers) + " keypoints agree on one transform" +
           (found.mirrored ? ", mirrored" : "") + inverted +
           ": the part of the first picture from " + place_in_words(found.query_region) +
           " shows the part of the second from " + place_in_words(found.reference_region) + ".";
  }
  return evidence.recipe.algorithm + ": the first picture" +
         region_in_words(evidence.query_region) + ", taken " + match::in_words(evidence.transform) +
         inverted + ", is at distance " + std::to_string(evidence.distance) + " from the second" +
         region_in_words(evidence.region) +
         (match::log_likelihood_ratio(evidence, level) > 0 ? "." : ", as unrelated pictures are.");
}

}  // namespace

LevelComparison compare(const Signature& a, const Signature& b, const MatchOptions& options) {
  match::require_valid(options);
  if (options.level == Level::strict)
    throw Error(ErrorCode::invalid_argument,
                "level strict compares single hashes: give compare a radius instead");
  const match::EvidenceByAlgorithm evidence =
      gather(match::make_probes(std::span(&a, 1), options), b, options);
  LevelComparison result;
  result.level = options.level;
  result.allowed_per_million = options.false_matches_per_million;
  result.damage_a = a.damage;
  result.damage_b = b.damage;
  if (evidence.empty()) {
    result.verdict = Verdict::low_quality;
    return result;
  }
  const match::Weight weight = match::weigh(evidence, options);
  const bool is_match = weight.is_enough && is_called_up(evidence, options);
  result.verdict = is_match ? Verdict::match : Verdict::no_match;
  result.false_matches_per_million = 1e6 * *weight.false_rate;
  for (const auto& [algorithm, each] : evidence) {
    result.evidence.push_back(each);
    result.evidence.back().damaged = !a.damage.empty() || !b.damage.empty();
  }
  std::stable_sort(result.evidence.begin(), result.evidence.end(),
                   [&](const MatchEvidence& x, const MatchEvidence& y) {
                     return match::log_likelihood_ratio(x, options.level) >
                            match::log_likelihood_ratio(y, options.level);
                   });
  return result;
}

std::string explain(const LevelComparison& comparison) {
  if (comparison.verdict == Verdict::low_quality)
    return "Low quality: the pictures have no hash of the same kind that may speak. At least one "
           "has too little content, is too small, or could not be decoded.";
  const bool match = comparison.verdict == Verdict::match;
  std::string text = match ? "Match" : "No match";
  text += ": of a million comparisons of unrelated pictures ";
  if (comparison.false_matches_per_million <= 1e6 * match::kLeastRate) text += "fewer than ";
  text += rounded(comparison.false_matches_per_million) + " give evidence as strong as this; " +
          rounded(comparison.allowed_per_million) + " are allowed.";
  for (const MatchEvidence& evidence : comparison.evidence)
    text += match::is_nothing(evidence) ? " No keypoints agree."
                                        : " " + in_words(evidence, comparison.level);
  if (match) text += " A match is a lead to be reviewed, not proof.";
  return text;
}

}  // namespace ectype
