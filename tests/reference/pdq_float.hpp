#pragma once

#include "ectype/bit_hash.hpp"

#include <cstdint>
#include <vector>

namespace reference {

struct PdqFloat {
  ectype::Hash256 hash;
  int quality;
};

/// PDQ as its description reads, in double precision, whole frame at a time. `luma` is row-major.
PdqFloat pdq_float(const std::vector<double>& luma, int width, int height);

/// One pass of the two boxes along an axis of `values`, without decimation.
std::vector<double> jarosz_line(const std::vector<double>& values);

}  // namespace reference
