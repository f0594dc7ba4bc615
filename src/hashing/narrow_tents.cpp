#include "hashing/narrow_tents.hpp"

#include <algorithm>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace ectype::hashing {
namespace {

constexpr std::size_t kStep = 8;

std::size_t padded_taps(const std::vector<Tent>& tents) {
  std::size_t most = 0;
  for (const Tent& tent : tents) most = std::max(most, tent.weights.size());
  return (most + kStep - 1) / kStep * kStep;
}

/// One past the last input that a tent covers.
std::size_t extent(const std::vector<Tent>& tents) {
  std::size_t end = 0;
  for (const Tent& tent : tents) end = std::max(end, tent.first + tent.weights.size());
  return end;
}

#ifdef __SSE2__

/// Four partial sums of a tent.
__m128i partial_sums(const std::uint8_t* pixels, const std::int16_t* weights, std::size_t taps) {
  __m128i sums = _mm_setzero_si128();
  for (std::size_t i = 0; i < taps; i += kStep) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(pixels + i));
    const __m128i wide = _mm_unpacklo_epi8(bytes, _mm_setzero_si128());
    const __m128i weight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + i));
    sums = _mm_add_epi32(sums, _mm_madd_epi16(wide, weight));
  }
  return sums;
}

/// Two partial sums each of a and b, which lie in turns.
__m128i add_halves(__m128i a, __m128i b) {
  return _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
}

void sum_four(const std::uint8_t* row, const std::uint32_t* first, const std::int16_t* weights,
              std::size_t taps, std::uint32_t* sums) {
  const auto tent = [&](std::size_t i) {
    return partial_sums(row + first[i], weights + i * taps, taps);
  };
  const __m128i ab = add_halves(tent(0), tent(1));
  const __m128i cd = add_halves(tent(2), tent(3));
  const __m128i abcd = _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), abcd);
}

#else

void sum_four(const std::uint8_t* row, const std::uint32_t* first, const std::int16_t* weights,
              std::size_t taps, std::uint32_t* sums) {
  for (std::size_t o = 0; o < 4; ++o) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < taps; ++i)
      sum += static_cast<std::int16_t>(row[first[o] + i]) * weights[o * taps + i];
    sums[o] = static_cast<std::uint32_t>(sum);
  }
}

#endif

}  // namespace

bool NarrowTents::fit(const std::vector<Tent>& tents) {
  return padded_taps(tents) <= extent(tents) &&
         std::all_of(tents.begin(), tents.end(), [](const Tent& tent) {
           return tent.denominator * 255 <= INT32_MAX &&
                  *std::max_element(tent.weights.begin(), tent.weights.end()) <= INT16_MAX;
         });
}

NarrowTents::NarrowTents(const std::vector<Tent>& tents)
    : taps_(padded_taps(tents)), weights_(tents.size() * taps_) {
  const std::size_t last_first = extent(tents) - taps_;
  for (std::size_t o = 0; o < kGridSide; ++o) {
    const Tent& tent = tents[o];
    const std::size_t first = std::min<std::size_t>(tent.first, last_first);
    first_[o] = static_cast<std::uint32_t>(first);
    std::copy(tent.weights.begin(), tent.weights.end(),
              weights_.begin() + static_cast<std::ptrdiff_t>(o * taps_ + tent.first - first));
  }
}

void NarrowTents::sum(const std::uint8_t* row, std::array<std::uint32_t, kGridSide>& sums) const {
  for (std::size_t o = 0; o < kGridSide; o += 4)
    sum_four(row, first_.data() + o, weights_.data() + o * taps_, taps_, sums.data() + o);
}

}  // namespace ectype::hashing
