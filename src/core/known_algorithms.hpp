#pragma once

#include "ectype/error.hpp"
#include "ectype/hash_value.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace ectype {

/// What who only stores and searches hashes has to know of the algorithms of ours.
struct KnownAlgorithm {
  std::string_view name;
  HashKind kind;
  std::optional<int> radius;  ///< largest distance of a match, inclusive: see `AlgorithmInfo`
};

inline constexpr std::array<KnownAlgorithm, 13> kKnownAlgorithms{{
    {"pdq", bit_kind(256), 31},
    {"gradient_grid", byte_kind(288), 150'000},
    {"phash", bit_kind(64), 10},
    {"phash_256", bit_kind(256), 40},
    {"dhash", bit_kind(64), 3},
    {"dhash_256", bit_kind(256), 25},
    {"ahash", bit_kind(64), 1},
    {"ahash_256", bit_kind(256), 8},
    {"whash", bit_kind(64), 1},
    {"whash_256", bit_kind(256), 9},
    {"iscc_image", bit_kind(64), 10},
    {"iscc_image_256", bit_kind(256), 40},
    {"keypoints", kKeypointKind, std::nullopt},
}};

/// Null for algorithms of others.
constexpr const KnownAlgorithm* find_known(std::string_view algorithm) noexcept {
  for (const KnownAlgorithm& known : kKnownAlgorithms)
    if (known.name == algorithm) return &known;
  return nullptr;
}

/// Throws `Error` (mismatch) for an algorithm of ours that has hashes of another kind.
inline void require_kind_of(std::string_view algorithm, HashKind kind) {
  const KnownAlgorithm* known = find_known(algorithm);
  if (known != nullptr && known->kind != kind)
    throw Error(ErrorCode::mismatch, std::string(algorithm) + " has hashes of " +
                                         known->kind.to_string() + ", not of " + kind.to_string());
}

constexpr std::optional<int> default_radius(std::string_view algorithm) noexcept {
  // Not by find_known: with sanitizers GCC takes no comparison of pointers for a constant.
  for (const KnownAlgorithm& known : kKnownAlgorithms)
    if (known.name == algorithm) return known.radius;
  return std::nullopt;
}

}  // namespace ectype
