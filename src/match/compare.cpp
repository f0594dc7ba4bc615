#include "ectype/compare.hpp"

#include "match/in_words.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <string>

namespace ectype {
namespace {

const SignatureHash& first_hash(const Signature& signature, const char* which) {
  if (signature.hashes.empty())
    throw Error(ErrorCode::invalid_argument,
                std::string("the ") + which +
                    " picture has no hash: a side is too short (of PDQ under 5 pixels) or too "
                    "long, or nothing of it could be decoded");
  return signature.hashes.front();
}

}  // namespace

std::string match::in_words(Transform transform) {
  switch (transform) {
    case Transform::original:
      return "as it is";
    case Transform::rotate90:
      return "turned by 90 degrees counter-clockwise";
    case Transform::rotate180:
      return "turned by 180 degrees";
    case Transform::rotate270:
      return "turned by 90 degrees clockwise";
    case Transform::flip_x:
      return "mirrored top to bottom";
    case Transform::flip_y:
      return "mirrored left to right";
    case Transform::flip_plus1:
      return "mirrored along its main diagonal";
    case Transform::flip_minus1:
      return "mirrored along its other diagonal";
  }
  return "as it is";
}

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::match:
      return "match";
    case Verdict::no_match:
      return "no match";
    case Verdict::low_quality:
      return "low quality";
  }
  return "no match";
}

Comparison compare(const Signature& a, const Signature& b, int radius) {
  const SignatureHash& first = first_hash(a, "first");
  const SignatureHash& second = first_hash(b, "second");
  require_same_algorithm(first.recipe, second.recipe);

  Comparison result;
  result.max_distance = static_cast<int>(first.hash().kind().max_distance());
  if (radius < 0 || radius > result.max_distance)
    throw Error(ErrorCode::invalid_argument, "radius is " + std::to_string(radius) +
                                                 "; give 0 to " +
                                                 std::to_string(result.max_distance));
  result.distance = result.max_distance + 1;
  for (std::size_t t = 0; t < std::min(first.variants.size(), kTransformCount); ++t) {
    const int apart = static_cast<int>(distance(first.variants[t], second.hash()));
    if (apart < result.distance) {
      result.distance = apart;
      result.transform = kTransforms[t];
    }
  }
  result.recipe_a = first.recipe;
  result.recipe_b = second.recipe;
  result.quality_a = first.quality;
  result.quality_b = second.quality;
  result.damage_a = a.damage;
  result.damage_b = b.damage;
  if (!first.quality.trusted() || !second.quality.trusted()) {
    result.verdict = Verdict::low_quality;
  } else if (result.distance <= radius) {
    result.verdict = Verdict::match;
  }
  return result;
}

std::string explain(const Comparison& comparison, int radius) {
  const std::string nearest = "the first picture, taken " + match::in_words(comparison.transform) +
                              ", is at distance " + std::to_string(comparison.distance) + " of " +
                              std::to_string(comparison.max_distance) + " from the second";
  switch (comparison.verdict) {
    case Verdict::match:
      return "Match: " + nearest + ", within the radius of " + std::to_string(radius) +
             ". A match is a lead to be reviewed, not proof.";
    case Verdict::no_match:
      return "No match: at best " + nearest + ", outside of the radius of " +
             std::to_string(radius) + ".";
    case Verdict::low_quality:
      return "Low quality: at least one picture has too little content (quality " +
             std::to_string(comparison.quality_a.value) + " and " +
             std::to_string(comparison.quality_b.value) +
             ", 50 are needed) for its hash to tell; " + nearest + ".";
  }
  return nearest;
}

}  // namespace ectype
