#include "ectype/bit_hash.hpp"
#include "ectype/byte_hash.hpp"

bool control() {
  return ectype::Hash64{} == ectype::Hash64{} && ectype::Hash144Bytes{} == ectype::Hash144Bytes{} &&
         ectype::hamming_distance(ectype::Hash256{}, ectype::Hash256{}) == 0;
}
