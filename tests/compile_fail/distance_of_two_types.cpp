#include "ectype/bit_hash.hpp"

int must_not_compile() { return ectype::hamming_distance(ectype::Hash128{}, ectype::Hash256{}); }
