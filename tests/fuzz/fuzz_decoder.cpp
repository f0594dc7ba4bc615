// One decoder: what is of its format is hashed, refused with an Error, or decoded as far as it
// goes. Compiled once a format, which ECTYPE_FUZZ_FORMAT names.
#include "image/sniff.hpp"

#include "ectype/algorithms.hpp"
#include "ectype/error.hpp"
#include "ectype/sign.hpp"
#include "ectype/sign_level.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

constexpr auto kFormat = ectype::Format::ECTYPE_FUZZ_FORMAT;

/// As many as tell the format: of HEIF and AVIF a box with some brands.
constexpr std::size_t kHeadBytes = 32;

bool is_of_format(std::span<const std::uint8_t> bytes) {
  return ectype::image::sniff(bytes).format == kFormat;
}

/// Small, so that the fuzzer spends its time on the decoder and not on hashing what it gives.
ectype::Limits fuzz_limits() {
  ectype::Limits limits;
  limits.max_pixels = 1 << 16;
  limits.max_jpeg_scans = 40;
  limits.max_input_bytes = 1 << 20;
  return limits;
}

void check(const ectype::Signature& signature) {
  if (signature.intact < 0 || signature.intact > 1) std::abort();
  if (signature.intact < 1 && signature.damage.empty()) std::abort();
}

/// Two decodes of the same bytes give the same. What is too small for PDQ was not decoded for it.
void check_same(const ectype::Signature& one, const ectype::Signature& other) {
  if (one.hashes.empty()) return;
  if (one.damage != other.damage || one.intact != other.intact) std::abort();
  const auto* same = other.find("pdq");
  if (same == nullptr || same->hash() != one.hashes.front().hash()) std::abort();
}

/// All hashes take ten times as long as PDQ, and no byte of the file reaches them but as a pixel:
/// one input of 16, by its bytes, gets them.
bool gets_all_hashes(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = sum * 31 + byte;
  return (sum ^ sum >> 16) % 16 == 0;
}

}  // namespace

/// libdav1d 1.0.0, as libheif 1.15 uses it, loses 40 bytes where an item of an AVIF is empty.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libdav1d.so";
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Mutates as libFuzzer does, and puts the first bytes back where the input is of another format
/// then: the codecs are not instrumented, so that nothing else would hold the fuzzer to a format.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned /*seed*/) {
  std::array<std::uint8_t, kHeadBytes> head{};
  const std::size_t kept = std::min(size, head.size());
  std::copy_n(data, kept, head.begin());
  const bool was = is_of_format({data, size});
  const std::size_t now = LLVMFuzzerMutate(data, size, max_size);
  if (!was || is_of_format({data, now})) return now;
  std::copy_n(head.begin(), kept, data);
  return std::max(now, kept);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  // Before `open`, which would read the header of another format, and the fuzzer follow it there.
  if (!is_of_format(bytes)) return 0;
  try {
    const auto image = ectype::Image::open(bytes, fuzz_limits());
    if (image.info().format != kFormat) std::abort();
    const auto pdq = ectype::sign(image);
    check(pdq);
    if (!gets_all_hashes(bytes)) return 0;
    check_same(pdq, ectype::sign(image, ectype::parse_algorithms("all")));
    check_same(pdq, ectype::sign(image, ectype::Level::standard, ectype::Purpose::store));
  } catch (const ectype::Error& error) {
    if (error.code() == ectype::ErrorCode::internal) std::abort();
  }
  return 0;
}
