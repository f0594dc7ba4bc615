#include "index/byte_form.hpp"

#include "distance/kernels.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace ectype::index {
namespace {

constexpr std::size_t kMostValues = 1024;

/// 127 less the value, as a signed byte.
constexpr std::uint8_t kComplement = 0x7F;

}  // namespace

// Squared L2 as a sum of products, for kernels that multiply unsigned bytes a with signed ones:
//   |a - b|^2 = A + B - 2 sum(a b) = A + B - 254 sum(a) + 2 sum(a (127 - b))
// with A = sum(a^2) and B = sum(b^2). The row starts with A / 2 - 127 sum(a), rounded down, and is
// compared with (limit - B) / 2, rounded down: both being integers, no row within is lost, and at
// most one at a distance of limit + 1 comes along.
//
// The means. Let s be the sum of four bytes and m = floor(s / 4), so s = 4 m + e with 0 <= e <= 3,
// and d the number of groups. For vectors x and y:
//   L1(x, y) >= sum |s - s'| >= 4 sum |m - m'| - 3 d.
//   L2(x, y) >= |s - s'| / 2 (Cauchy-Schwarz, a group at a time), and by the triangle inequality of
//   the Euclidean norm |s - s'| / 2 >= 2 |m - m'| - |e - e'| / 2 >= 2 |m - m'| - 3 sqrt(d) / 2.
// So within a squared radius r: 16 |m - m'|^2 <= (2 sqrt(r) + 3 sqrt(d))^2
//   = 4 r + sqrt(144 r d) + 9 d.
std::int32_t ByteForm::limit(std::int32_t radius, std::int32_t norm) const {
  if (radius < 0) return kNeverLimit;
  const std::int64_t r = radius;
  const auto d = static_cast<std::int64_t>((size_ + 3) / 4);
  if (metric_ == ByteMetric::l1)
    return static_cast<std::int32_t>(group_ == 1 ? r : (r + 3 * d) / 4);
  // Under 2^52 the root is right to one unit, and the unit is added.
  const auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(144 * r * d))) + 1;
  const std::int64_t most = group_ == 1 ? r : (4 * r + root + 9 * d) / 16;
  return static_cast<std::int32_t>((most - norm) >> 1);
}

void ByteForm::values_of(const std::uint8_t* vector, std::uint8_t* values) const {
  std::memset(values, 0, 4 * quads());
  if (group_ == 1) {
    std::memcpy(values, vector, size_);
    return;
  }
  const std::size_t whole = size_ / 4;
  for (std::size_t i = 0; i < whole; ++i) {
    const std::uint8_t* bytes = vector + 4 * i;
    values[i] = static_cast<std::uint8_t>((bytes[0] + bytes[1] + bytes[2] + bytes[3]) / 4);
  }
  unsigned rest = 0;  // as if the vector went on with zeros
  for (std::size_t i = 4 * whole; i < size_; ++i) rest += vector[i];
  if (whole * 4 < size_) values[whole] = static_cast<std::uint8_t>(rest / 4);
}

std::int32_t ByteForm::put_row(const std::uint8_t* vector, std::size_t lane,
                               std::uint8_t* block) const {
  std::array<std::uint8_t, kMostValues> values;
  values_of(vector, values.data());
  for (std::size_t quad = 0; quad < quads(); ++quad)
    std::memcpy(block + (quad * distance::kByteBlockRows + lane) * 4, values.data() + 4 * quad, 4);
  if (metric_ == ByteMetric::l1) return 0;
  // The distances from zero are the sums of the squares and of the values.
  static constexpr std::array<std::uint8_t, kMostValues> zero{};
  const distance::Kernels& kernels = distance::kernels();
  std::uint32_t squares = 0;
  std::uint32_t sum = 0;
  kernels.squared_l2_rows(zero.data(), values.data(), 1, 4 * quads(), &squares);
  kernels.l1_rows(zero.data(), values.data(), 1, 4 * quads(), &sum);
  return static_cast<std::int32_t>(squares / 2) - 127 * static_cast<std::int32_t>(sum);
}

std::int32_t ByteForm::put_query(const std::uint8_t* vector, std::uint8_t* out) const {
  values_of(vector, out);
  if (metric_ == ByteMetric::l1) return 0;
  std::int32_t squares = 0;
  for (std::size_t i = 0; i < 4 * quads(); ++i) {
    squares += out[i] * out[i];
    out[i] ^= kComplement;
  }
  return squares;
}

}  // namespace ectype::index
