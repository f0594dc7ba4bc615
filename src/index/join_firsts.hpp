#pragma once

#include "ectype/self_join.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace ectype::index {

/// As `self_join`, of the pairs of which at least one is among the first `firsts` rows.
void join_firsts(std::span<const Hash256> hashes, std::size_t firsts, int radius,
                 const std::function<void(const Pair&)>& visit);

}  // namespace ectype::index
