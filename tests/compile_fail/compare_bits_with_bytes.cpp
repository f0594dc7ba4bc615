#include "ectype/bit_hash.hpp"
#include "ectype/byte_hash.hpp"

bool must_not_compile() { return ectype::Hash256{} == ectype::ByteHash<32>{}; }
