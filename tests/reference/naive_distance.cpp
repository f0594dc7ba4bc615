#include "reference/naive_distance.hpp"

namespace reference {

std::uint32_t hamming(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
  std::uint32_t distance = 0;
  for (std::size_t w = 0; w < a.size(); ++w)
    for (int bit = 0; bit < 64; ++bit)
      if ((a[w] >> bit & 1) != (b[w] >> bit & 1)) ++distance;
  return distance;
}

std::uint32_t squared_l2(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int difference = static_cast<int>(a[i]) - static_cast<int>(b[i]);
    sum += static_cast<std::uint32_t>(difference * difference);
  }
  return sum;
}

std::uint32_t l1(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<std::uint32_t>(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
  return sum;
}

}  // namespace reference
