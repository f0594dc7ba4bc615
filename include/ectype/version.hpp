#pragma once

#include "ectype/export.hpp"

#include <string_view>

namespace ectype {

/// The library's version, such as "0.1.0".
ECTYPE_API std::string_view version() noexcept;

}  // namespace ectype
