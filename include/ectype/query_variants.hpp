#pragma once

#include "ectype/hash_value.hpp"
#include "ectype/recipe.hpp"

#include <optional>

namespace ectype {
inline std::optional<HashValue> inverted(const Recipe&, const HashValue&) { return std::nullopt; }
}  // namespace ectype
