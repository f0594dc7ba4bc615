#include "ectype/bit_hash.hpp"

bool must_not_compile() { return ectype::Hash64{} == ectype::Hash256{}; }
