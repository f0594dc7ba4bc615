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

/// Symmetric about zero, so that a negated picture gives exactly negated coefficients.
std::int64_t drop_fraction(std::int64_t value) {
  constexpr std::int64_t half = std::int64_t{1} << (kCosineFraction - 1);
  return value < 0 ? -((-value + half) >> kCosineFraction) : (value + half) >> kCosineFraction;
}

constexpr int kHalfDct = kDctSide / 2;
constexpr int kHalfGrid = kGridSide / 2;

template <int Rows, int Columns>
using Matrix = Eigen::Matrix<std::int64_t, Rows, Columns, Eigen::RowMajor>;
using HalfBasis = Matrix<kHalfDct, kHalfGrid>;

/// The first half of each second row of D, from row `first` on; the other half of it mirrors that,
/// with a change of sign in rows 0, 2, 4 ...
HalfBasis half_basis(std::size_t first) {
  HalfBasis d;
  for (int i = 0; i < kHalfDct; ++i)
    for (int j = 0; j < kHalfGrid; ++j)
      d(i, j) = cosine((2 * static_cast<std::size_t>(i) + first + 1) *
                       (2 * static_cast<std::size_t>(j) + 1));
  return d;
}

/// D A, for A of 64 rows.
template <int Columns>
Matrix<kDctSide, Columns> transform_columns(const Matrix<kGridSide, Columns>& a) {
  static const HalfBasis odd = half_basis(0);
  static const HalfBasis even = half_basis(1);
  const Matrix<kHalfGrid, Columns> top = a.template topRows<kHalfGrid>();
  const Matrix<kHalfGrid, Columns> bottom = a.template bottomRows<kHalfGrid>().colwise().reverse();
  const Matrix<kHalfDct, Columns> differences = odd * (top - bottom);
  const Matrix<kHalfDct, Columns> sums = even * (top + bottom);
  Matrix<kDctSide, Columns> result;
  for (int i = 0; i < kHalfDct; ++i) {
    result.row(2 * i) = differences.row(i);
    result.row(2 * i + 1) = sums.row(i);
  }
  return result.unaryExpr(&drop_fraction);
}

}  // namespace

DctBlock dct_16(const LumaGrid& grid) {
  // 255 levels * 2^20 * the largest sum of a basis row, 7.2 * 2^28, is under 2^59; the second
  // product under 2^62.
  const Matrix<kDctSide, kGridSide> half =
      transform_columns<kGridSide>(Eigen::Map<const Matrix<kGridSide, kGridSide>>(grid.data()));
  DctBlock block;
  Eigen::Map<Matrix<kDctSide, kDctSide>>(block.data()) =
      transform_columns<kDctSide>(half.transpose()).transpose();
  return block;
}

}  // namespace ectype::hashing
