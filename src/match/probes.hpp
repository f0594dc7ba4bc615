#pragma once

#include "hashset/set_index.hpp"

#include "ectype/hash_set.hpp"
#include "ectype/signature.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace ectype::match {

/// One hash to search for, and where it came from.
struct Probe {
  std::size_t query;
  const SignatureHash* hash;
  Transform transform;
  bool inverted;
  HashValue value;
};
using Probes = std::map<hashset::IndexKey, std::vector<Probe>>;

/// What the queries ask for, at the level of the options: `strict` leaves out what has no distance,
/// the others what they have no measured evidence for. The queries have to outlive it.
Probes make_probes(std::span<const Signature> queries, const MatchOptions& options);

}  // namespace ectype::match
