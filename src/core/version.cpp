#include "ectype/version.hpp"

namespace ectype {

std::string_view version() noexcept { return ECTYPE_VERSION; }

}  // namespace ectype
