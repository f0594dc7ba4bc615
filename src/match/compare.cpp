#include "ectype/compare.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <string>

namespace ectype {
namespace {

const SignatureHash& only_hash(const Signature& signature, const char* which) {
  if (signature.hashes.empty())
    throw Error(ErrorCode::invalid_argument,
                std::string("the ") + which +
                    " picture has no hash: a side is under 5 pixels, or nothing of it could be "
                    "decoded");
  return signature.hashes.front();
}

std::string in_words(Transform transform) {
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

}  // namespace

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
  if (radius < 0 || radius > static_cast<int>(Hash256::bits))
    throw Error(ErrorCode::invalid_argument,
                "radius is " + std::to_string(radius) + "; give 0 to 256");
  const SignatureHash& first = only_hash(a, "first");
  const SignatureHash& second = only_hash(b, "second");
  require_same_algorithm(first.recipe, second.recipe);

  Comparison result;
  result.distance = static_cast<int>(Hash256::bits) + 1;
  for (const Transform transform : kTransforms) {
    const int distance =
        hamming_distance(first.variants[static_cast<std::size_t>(transform)], second.hash());
    if (distance < result.distance) {
      result.distance = distance;
      result.transform = transform;
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
  const std::string nearest = "the first picture, taken " + in_words(comparison.transform) +
                              ", is at distance " + std::to_string(comparison.distance) +
                              " of 256 from the second";
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
