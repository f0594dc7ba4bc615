#include "hashing/dct.hpp"

#include <Eigen/Core>

namespace ectype::hashing {
namespace {

constexpr int kCosineFraction = 28;

/// round(2^28 sqrt(2/64) cos(pi k / 128)) for k = 0 to 64, a quarter wave; written down, because a
/// library's cos() may differ in its last bit. tests/unit/dct_test.cpp recomputes it.
constexpr std::array<std::int64_t, 65> kQuarterWave{
    47453133, 47438841, 47395973, 47324556, 47224633, 47096263, 46939524, 46754511, 46541334,
    46300123, 46031022, 45734194, 45409817, 45058087, 44679216, 44273431, 43840978, 43382117,
    42897124, 42386291, 41849927, 41288354, 40701910, 40090948, 39455838, 38796961, 38114714,
    37409508, 36681768, 35931932, 35160452, 34367793, 33554432, 32720859, 31867576, 30995098,
    30103949, 29194666, 28267798, 27323903, 26363548, 25387313, 24395786, 23389563, 22369252,
    21335466, 20288829, 19229970, 18159528, 17078147, 15986479, 14885181, 13774917, 12656356,
    11530171, 10397040, 9257647,  8112677,  6962821,  5808770,  4651220,  3490869,  2328415,
    1164558,  0};

std::int64_t cosine(std::size_t k) {
  k %= 256;
  if (k > 128) k = 256 - k;
  return k <= 64 ? kQuarterWave[k] : -kQuarterWave[128 - k];
}

using Basis = Eigen::Matrix<std::int64_t, kDctSide, kGridSide, Eigen::RowMajor>;
using Grid = Eigen::Matrix<std::int64_t, kGridSide, kGridSide, Eigen::RowMajor>;
using Half = Eigen::Matrix<std::int64_t, kDctSide, kGridSide, Eigen::RowMajor>;
using Block = Eigen::Matrix<std::int64_t, kDctSide, kDctSide, Eigen::RowMajor>;

const Basis& basis() {
  static const Basis matrix = [] {
    Basis d;
    for (std::size_t i = 0; i < kDctSide; ++i)
      for (std::size_t j = 0; j < kGridSide; ++j)
        d(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
            cosine((i + 1) * (2 * j + 1));
    return d;
  }();
  return matrix;
}

/// Symmetric about zero, so that a negated picture gives exactly negated coefficients.
std::int64_t drop_fraction(std::int64_t value) {
  constexpr std::int64_t half = std::int64_t{1} << (kCosineFraction - 1);
  return value < 0 ? -((-value + half) >> kCosineFraction) : (value + half) >> kCosineFraction;
}

}  // namespace

DctBlock dct_16(const LumaGrid& grid) {
  // 255 levels * 2^20 * the largest sum of a basis row, 7.2 * 2^28, is under 2^59; the second
  // product under 2^62.
  const Half half = (basis() * Eigen::Map<const Grid>(grid.data())).unaryExpr(&drop_fraction);
  DctBlock block;
  Eigen::Map<Block>(block.data()) = (half * basis().transpose()).unaryExpr(&drop_fraction);
  return block;
}

}  // namespace ectype::hashing
