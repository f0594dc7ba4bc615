#include "ectype/byte_hash.hpp"

bool must_not_compile() { return ectype::ByteHash<144>{} == ectype::ByteHash<143>{}; }
