#pragma once

#include <cstdlib>

namespace support {

/// How often to repeat what is random: `usual` times, times ECTYPE_REPEAT where that is set.
inline int repeats(int usual) {
  const char* factor = std::getenv("ECTYPE_REPEAT");
  return factor != nullptr ? usual * std::atoi(factor) : usual;
}

}  // namespace support
