#include "ectype/level.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace ectype {
namespace {

constexpr std::array<std::string_view, 3> kNames{"strict", "standard", "thorough"};

}  // namespace

std::string_view to_string(Level level) noexcept { return kNames[static_cast<std::size_t>(level)]; }

Level parse_level(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end())
    throw Error(ErrorCode::invalid_argument,
                quote_start(name) + " is no level; give 'strict', 'standard' or 'thorough'");
  return static_cast<Level>(found - kNames.begin());
}

}  // namespace ectype
