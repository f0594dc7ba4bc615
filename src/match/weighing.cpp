#include "match/weighing.hpp"

#include "core/known_algorithms.hpp"
#include "match/distance_tails.hpp"
#include "match/evidence.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace ectype::match {
namespace {

/// Of a million: what was measured, and what is named.
constexpr double kMostFalse = 100;
constexpr double kLeastFalse = 1e6 * kLeastRate;
/// How near the one or the other hash of a copy is, but for one in a thousand of those that are
/// accepted: bench/robustness/fit.py.
constexpr std::uint32_t kPdqReach = 90;
constexpr std::uint32_t kGridReach = 95'000;
double allowed_rate(const MatchOptions& options) { return options.false_matches_per_million / 1e6; }

std::size_t reference_points(const MatchOptions& options) {
  return options.level == Level::standard ? kStandardKeypoints : kThoroughKeypoints;
}

const LevelTables& tables_of(Level level) {
  return level == Level::standard ? kEvidenceTables.standard : kEvidenceTables.thorough;
}

/// That of the query which comes nearest to undoing a map from the reference to the query.
Transform nearest_transform(const std::array<double, 6>& map) {
  // Where each transform moves right and down, with y downwards.
  struct Axes {
    int xx, xy, yx, yy;
  };
  constexpr std::array<Axes, kTransformCount> axes{{{1, 0, 0, 1},
                                                    {0, 1, -1, 0},
                                                    {-1, 0, 0, -1},
                                                    {0, -1, 1, 0},
                                                    {1, 0, 0, -1},
                                                    {-1, 0, 0, 1},
                                                    {0, 1, 1, 0},
                                                    {0, -1, -1, 0}}};
  std::size_t best = 0;
  double most = -1e300;
  for (std::size_t t = 0; t < axes.size(); ++t) {
    const Axes& a = axes[t];
    // The inverse of a similarity turns as its transpose does.
    const double agreement = a.xx * map[0] + a.xy * map[3] + a.yx * map[1] + a.yy * map[4];
    if (agreement > most) {
      most = agreement;
      best = t;
    }
  }
  return kTransforms[best];
}

/// The tables are of pictures that have all three. What is missing could have spoken against the
/// pair, and so counts as if it did.
int charge_for_missing(const EvidenceByAlgorithm& evidence, Level level) {
  constexpr int kFarPdq = Hash256::bits;
  constexpr std::uint32_t kFarGrid = UINT32_MAX;
  int charge = 0;
  if (!evidence.contains("pdq")) charge += log_ratio_of_pdq(kFarPdq);
  if (!evidence.contains("gradient_grid")) charge += log_ratio_of_grid(kFarGrid);
  if (!evidence.contains("keypoints")) charge += log_ratio_of_inliers(tables_of(level), 0);
  return charge;
}

/// Of a distance that nothing else could speak against, as in a set of imported PDQ hashes: how
/// often unrelated pictures are as near, by all variants and regions. A hash that decides alone
/// needs the quality that it needs at `Level::strict`.
std::optional<double> rate_alone(const EvidenceByAlgorithm& evidence) {
  if (evidence.size() != 1) return std::nullopt;
  const MatchEvidence& only = evidence.begin()->second;
  const DistanceTail* tail = find_distance_tail(only.recipe.algorithm, 2 * kTransformCount, true);
  if (tail == nullptr) return std::nullopt;
  if (only.least_quality < Quality::kDefaultThreshold) return 1;
  return unrelated_rate(*tail, static_cast<std::uint32_t>(only.distance));
}

Weight weigh_strictly(const EvidenceByAlgorithm& evidence, const MatchOptions& options) {
  // Distances of several algorithms compare by their share of the radius.
  const auto nearest =
      std::min_element(evidence.begin(), evidence.end(), [](const auto& a, const auto& b) {
        const auto share = [](const auto& each) {
          const double radius = default_radius(each.first).value_or(0);
          return each.second.distance / (radius + 1);
        };
        return share(a) < share(b);
      });
  Weight weight{true, nearest->first, std::nullopt, 0};
  const int probes = options.dihedral ? int{kTransformCount} : 1;
  if (const DistanceTail* tail = find_distance_tail(nearest->first, probes, true))
    weight.false_rate = std::max(
        kLeastRate, unrelated_rate(*tail, static_cast<std::uint32_t>(nearest->second.distance)));
  return weight;
}

}  // namespace

int log_likelihood_ratio(const MatchEvidence& evidence, Level level) {
  if (evidence.keypoints)
    return log_ratio_of_inliers(tables_of(level), evidence.keypoints->inliers);
  if (evidence.recipe.algorithm == "pdq") return log_ratio_of_pdq(evidence.distance);
  return log_ratio_of_grid(static_cast<std::uint32_t>(evidence.distance));
}

bool is_nothing(const MatchEvidence& evidence) {
  return evidence.keypoints && evidence.keypoints->inliers == 0;
}

void keep_better(EvidenceByAlgorithm& best, const MatchEvidence& evidence) {
  const auto [known, added] = best.try_emplace(evidence.recipe.algorithm, evidence);
  if (!added && is_better(evidence, known->second)) known->second = evidence;
}

bool is_weighed(std::string_view algorithm) {
  return algorithm == "pdq" || algorithm == "gradient_grid" || algorithm == "keypoints";
}

hashset::SetSearch search_of(const hashset::IndexKey& key, const MatchOptions& options) {
  hashset::SetSearch what;
  if (options.level == Level::strict) {
    const std::optional<int> radius =
        options.radius ? options.radius : default_radius(key.algorithm);
    if (!radius)
      throw Error(ErrorCode::invalid_argument,
                  "no usual radius is known for " + key.algorithm + "; give one");
    if (*radius < 0 || static_cast<std::uint32_t>(*radius) > key.kind.max_distance())
      throw Error(ErrorCode::invalid_argument, "the radius is " + std::to_string(*radius) +
                                                   "; give 0 to " +
                                                   std::to_string(key.kind.max_distance()) +
                                                   ", the largest distance of " + key.algorithm);
    what.radius = static_cast<std::uint32_t>(*radius);
  } else if (key.kind == kKeypointKind) {
    what.keypoints.reference_points = static_cast<std::uint32_t>(reference_points(options));
    what.keypoints.min_inliers = kLeastEvidenceInliers;
    what.keypoints.min_calls = kLeastEvidenceCalls;
    what.keypoints.max_scale = kMostEvidenceScale;
    what.keypoints.query_points = options.level == Level::standard ? 128 : 256;
  } else {
    what.radius = key.algorithm == "pdq" ? kPdqReach : kGridReach;
  }
  return what;
}

MatchEvidence evidence_of(const hashset::HashRow& row, bool quarantined, const Probe& probe,
                          int distance, const KeypointMatch* vote) {
  MatchEvidence evidence;
  evidence.distance = vote == nullptr ? distance : -1;
  evidence.transform = probe.transform;
  evidence.inverted = vote == nullptr ? probe.inverted : vote->inverted;
  evidence.query_region = probe.hash->region;
  evidence.region = row.hash.region;
  evidence.recipe = row.hash.recipe;
  evidence.query_recipe = probe.hash->recipe;
  evidence.tolerance = recipe_tolerance(row.hash.recipe, probe.hash->recipe);
  evidence.quality = row.hash.quality;
  evidence.least_quality = std::min<int>(row.hash.quality.value_or(100), probe.hash->quality.value);
  evidence.damaged = row.hash.damaged;
  evidence.hash_id = row.id;
  evidence.quarantined = quarantined;
  if (vote != nullptr) {
    evidence.keypoints = *vote;
    evidence.transform = nearest_transform(vote->transform);
  }
  return evidence;
}

Weight weigh(const EvidenceByAlgorithm& evidence, const MatchOptions& options) {
  if (options.level == Level::strict) return weigh_strictly(evidence, options);
  int most = 0;
  Weight weight;
  for (const auto& [algorithm, each] : evidence) {
    const int ratio = log_likelihood_ratio(each, options.level);
    weight.score += ratio;
    if (weight.leading.empty() || ratio > most) {
      most = ratio;
      weight.leading = algorithm;
    }
  }
  // What others would call a match is told as they would tell it.
  const auto pdq = evidence.find("pdq");
  if (pdq != evidence.end() && pdq->second.distance <= *default_radius("pdq"))
    weight.leading = pdq->first;
  double rate = 1;
  if (const auto alone = rate_alone(evidence)) {
    rate = *alone;
  } else {
    weight.score += charge_for_missing(evidence, options.level);
    rate = false_rate(tables_of(options.level), weight.score);
  }
  weight.is_enough = rate <= allowed_rate(options);
  weight.false_rate = std::max(rate, kLeastRate);
  return weight;
}

bool is_better(const MatchEvidence& a, const MatchEvidence& b) {
  const auto rank = [](const MatchEvidence& each) {
    const int inliers = each.keypoints ? each.keypoints->inliers : 0;
    return std::tuple(-inliers, each.distance, each.inverted, each.transform, each.hash_id);
  };
  return rank(a) < rank(b);
}

void require_valid(const MatchOptions& options) {
  const auto refuse = [](const std::string& why) { throw Error(ErrorCode::invalid_argument, why); };
  if (options.quality_needed() < 0 || options.quality_needed() > 100)
    refuse("the lowest quality is " + std::to_string(options.quality_needed()) + "; give 0 to 100");
  if (options.radius && options.level != Level::strict)
    refuse("a radius and level " + std::string(to_string(options.level)) +
           " contradict each other; give level strict, or false_matches_per_million");
  if (!options.dihedral && options.level != Level::strict)
    refuse("level " + std::string(to_string(options.level)) +
           " finds turned and mirrored copies; give level strict to leave them out");
  if (options.radius && *options.radius < 0)
    refuse("the radius is " + std::to_string(*options.radius) + "; give 0 or more");
  if (!(options.false_matches_per_million >= kLeastFalse &&
        options.false_matches_per_million <= kMostFalse))
    refuse("the false matches per million are " +
           std::to_string(options.false_matches_per_million) + "; give 0.001 to 100");
}

}  // namespace ectype::match
