#pragma once

#include "ectype/transform.hpp"

#include <string>

namespace ectype::match {

/// "turned by 180 degrees".
std::string in_words(Transform transform);

}  // namespace ectype::match
