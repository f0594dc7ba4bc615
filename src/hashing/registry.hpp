#pragma once

#include "hashing/row_hasher.hpp"

#include <span>
#include <string_view>

namespace ectype::hashing {

std::span<const Algorithm* const> registry() noexcept;

/// Throws `Error` (invalid_argument) that names the algorithms there are.
const Algorithm& require_algorithm(std::string_view name);

}  // namespace ectype::hashing
