#pragma once

#include <string_view>

#include "ectype/export.hpp"

namespace ectype {

/// The library's version, such as "0.1.0".
ECTYPE_API std::string_view version() noexcept;

}  // namespace ectype
