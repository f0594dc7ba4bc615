#include "match/probes.hpp"

#include "match/weighing.hpp"

#include "ectype/query_variants.hpp"

#include <algorithm>

namespace ectype::match {
namespace {

bool is_asked(const SignatureHash& hash, const MatchOptions& options) {
  if (!hash.quality.trusted(options.quality_needed())) return false;
  return options.level == Level::strict ? hash.hash().kind() != kKeypointKind
                                        : is_weighed(hash.recipe.algorithm);
}

}  // namespace

Probes make_probes(std::span<const Signature> queries, const MatchOptions& options) {
  Probes probes;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (const SignatureHash& hash : queries[q].hashes) {
      if (!is_asked(hash, options)) continue;
      auto& list = probes[{hash.recipe.algorithm, hash.hash().kind()}];
      const std::size_t count =
          options.dihedral ? std::min(hash.variants.size(), kTransformCount) : 1;
      for (std::size_t t = 0; t < count; ++t) {
        list.push_back({q, &hash, kTransforms[t], false, hash.variants[t]});
        if (options.level == Level::strict) continue;
        if (auto value = inverted(hash.recipe, hash.variants[t]))
          list.push_back({q, &hash, kTransforms[t], true, std::move(*value)});
      }
    }
  }
  return probes;
}

}  // namespace ectype::match
