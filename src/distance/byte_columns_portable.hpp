// What byte_columns_body.hpp needs, in plain C++ that compilers vectorise where they can. Included
// where kernels_body.hpp is, before it, after l1_tail is declared.

struct Sums {
  std::int32_t row[kByteBlockRows];
};
struct Quads {
  std::uint8_t byte[4 * kByteBlockRows];
};
constexpr std::size_t kTileBlocks = 1;
constexpr std::size_t kTileQueries = 1;

template <typename Function>
inline Sums each_row(Function function) {
  Sums result;
  for (std::size_t i = 0; i < kByteBlockRows; ++i) result.row[i] = function(i);
  return result;
}

inline Sums load_sums(const std::int32_t* p) {
  return each_row([p](std::size_t i) { return p[i]; });
}
inline Sums subtract(const Sums& sums, std::int32_t number) {
  return each_row([&](std::size_t i) { return sums.row[i] - number; });
}
inline Sums either(const Sums& a, const Sums& b) {
  return each_row([&](std::size_t i) { return a.row[i] | b.row[i]; });
}
inline unsigned negative(const Sums& sums) {
  unsigned mask = 0;
  for (std::size_t i = 0; i < kByteBlockRows; ++i)
    mask |= static_cast<unsigned>(sums.row[i] < 0) << i;
  return mask;
}
inline Quads load_quads(const std::uint8_t* p) {
  Quads quads;
  __builtin_memcpy(quads.byte, p, sizeof quads.byte);
  return quads;
}
inline Quads broadcast_quad(const std::uint8_t* p) {
  Quads quads;
  for (std::size_t i = 0; i < 4 * kByteBlockRows; ++i) quads.byte[i] = p[i % 4];
  return quads;
}
inline Sums add_products(const Sums& sums, const Quads& rows, const Quads& query) {
  return each_row([&](std::size_t i) {
    std::int32_t sum = sums.row[i];
    for (std::size_t c = 4 * i; c < 4 * i + 4; ++c)
      sum += rows.byte[c] * static_cast<std::int8_t>(query.byte[c]);
    return sum;
  });
}
inline Sums add_differences(const Sums& sums, const Quads& rows, const Quads& query) {
  return each_row([&](std::size_t i) {
    return sums.row[i] +
           static_cast<std::int32_t>(l1_tail(rows.byte, query.byte, 4 * i, 4 * i + 4));
  });
}
