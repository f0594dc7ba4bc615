// Any bytes: hashed, refused with an Error, or decoded as far as they go; and the same twice.
#include "ectype/error.hpp"
#include "ectype/sign.hpp"

#include <cstdlib>

namespace {

/// Small, so that the fuzzer spends its time on parsers and not on filling frames.
ectype::Limits fuzz_limits() {
  ectype::Limits limits;
  limits.max_pixels = 1 << 18;
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto image = ectype::Image::open(std::span(data, size), fuzz_limits());
    const auto first = ectype::sign(image);
    const auto second = ectype::sign(image);
    if (first.damage != second.damage || first.hashes.size() != second.hashes.size()) std::abort();
    if (!first.hashes.empty() && first.hashes[0].hash() != second.hashes[0].hash()) std::abort();
    if (first.intact < 0 || first.intact > 1) std::abort();
  } catch (const ectype::Error& error) {
    if (error.code() == ectype::ErrorCode::internal) std::abort();
  }
  return 0;
}
