// Any bytes: hashed, refused with an Error, or decoded as far as they go; and the same twice. So is
// the thumbnail within.
#include "ectype/algorithms.hpp"
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
    const auto algorithms = ectype::parse_algorithms("all");
    const auto first = ectype::sign(image, algorithms);
    const auto second = ectype::sign(image, algorithms);
    if (first.damage != second.damage || first.hashes.size() != second.hashes.size()) std::abort();
    for (std::size_t i = 0; i < first.hashes.size(); ++i)
      if (first.hashes[i].hash() != second.hashes[i].hash()) std::abort();
    if (first.intact < 0 || first.intact > 1) std::abort();
    if (const auto thumbnail = image.thumbnail()) {
      static_cast<void>(ectype::sign(*thumbnail, algorithms));
      if (thumbnail->thumbnail()) std::abort();
    }
  } catch (const ectype::Error& error) {
    if (error.code() == ectype::ErrorCode::internal) std::abort();
  }
  return 0;
}
