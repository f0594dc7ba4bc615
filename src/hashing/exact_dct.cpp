#include "hashing/exact_dct.hpp"

#include <algorithm>
#include <array>

namespace ectype::hashing {
namespace {

/// round(2^49 cos(pi k / 128)) for k = 0 to 64, a quarter wave; written down, because a library's
/// cos() may differ in its last bit. tests/unit/exact_dct_test.cpp checks it.
constexpr std::array<std::int64_t, 65> kQuarterWave{
    562949953421312, 562780403420369, 562271855548120, 561424616134788, 560239195525714,
    558716307773949, 556856870210129, 554662002889915, 552133027919307, 549271468658265,
    546079048803085, 542557691348118, 538709517427422, 534536845037073, 530042187638894,
    525228252646436, 520097939794132, 514654339390612, 508900730457207, 502840578752799,
    496477534686171, 489815431117139, 482858281047780, 475610275205152, 468075779516954,
    460259332481656, 452165642434676, 443799584712256, 435166198714740, 426270684871031,
    417118401506043, 407714861613049, 398065729532861, 388176817541838, 378054082350794,
    367703621516895, 357131669770717, 346344595260684, 335348895717123, 324151194538286,
    312758236800653, 301176885195954, 289414115897343, 277477014357206, 265372771039154,
    253108677086755, 240692119931622, 228130578843500, 215431620425035, 202602894053933,
    189652127275263, 176587121146672, 163415745539320, 150145934397364, 136785680958844,
    123343032940862, 109826087691928, 96242987314431,  82601913760133,  68911083901670,
    55178744583016,  41413167651892,  27622644977112,  13815483453875,  0};

/// Gray levels enter as level - kLevelShift, which 63 bits hold after the first sum.
constexpr std::int64_t kLevelShift = 128;

/// cos(pi k / 128).
std::int64_t cosine(std::size_t k) {
  k %= 256;
  if (k > 128) k = 256 - k;
  return k <= 64 ? kQuarterWave[k] : -kQuarterWave[128 - k];
}

/// [row * side + column]: the DCT's cosines for `count` rows.
std::vector<std::int64_t> make_basis(std::size_t side, std::size_t count) {
  std::vector<std::int64_t> basis;
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t n = 0; n < side; ++n) basis.push_back(cosine(64 / side * k * (2 * n + 1)));
  return basis;
}

}  // namespace

std::vector<Int128> exact_dct(std::span<const std::uint8_t> pixels, std::size_t side,
                              std::size_t count) {
  const std::vector<std::int64_t> basis = make_basis(side, count);
  std::vector<std::int64_t> rows(side * count);  // [y * count + column]
  for (std::size_t y = 0; y < side; ++y)
    for (std::size_t k = 0; k < count; ++k)
      for (std::size_t x = 0; x < side; ++x)
        rows[y * count + k] += (pixels[y * side + x] - kLevelShift) * basis[k * side + x];

  std::vector<Int128> block(count * count);
  for (std::size_t l = 0; l < count; ++l)
    for (std::size_t k = 0; k < count; ++k)
      for (std::size_t y = 0; y < side; ++y)
        block[l * count + k] += Int128{rows[y * count + k]} * basis[l * side + y];
  // Cosines of opposite ends cancel exactly, so the shift shows in the constant term alone.
  block[0] += Int128{kLevelShift} * static_cast<Int128>(side * side) << kExactDctBits;
  return block;
}

Int128 twice_median(std::span<const Int128> values) {
  std::vector<Int128> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2 - 1] + sorted[sorted.size() / 2];
}

}  // namespace ectype::hashing
