#include "reference/pdq_float.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace reference {
namespace {

std::vector<double> box(const std::vector<double>& in) {
  const int length = static_cast<int>(in.size());
  const int window = (length + 127) / 128;
  const int half = (window + 2) / 2;
  std::vector<double> out(in.size());
  for (int o = 0; o < length; ++o) {
    double sum = 0;
    int count = 0;
    for (int i = o - (window - half); i <= o + half - 1; ++i) {
      if (i < 0 || i >= length) continue;
      sum += in[static_cast<std::size_t>(i)];
      ++count;
    }
    out[static_cast<std::size_t>(o)] = sum / count;
  }
  return out;
}

}  // namespace

std::vector<double> jarosz_line(const std::vector<double>& values) { return box(box(values)); }

PdqFloat pdq_float(const std::vector<double>& luma, int width, int height) {
  if (width < 5 || height < 5) return {{}, 0};
  std::vector<std::vector<double>> rows;
  for (int y = 0; y < height; ++y)
    rows.push_back(jarosz_line({luma.begin() + y * width, luma.begin() + (y + 1) * width}));
  double grid[64][64];
  for (int j = 0; j < 64; ++j) {
    const auto x = static_cast<std::size_t>((j + 0.5) * width / 64);
    std::vector<double> column;
    for (const auto& row : rows) column.push_back(row[x]);
    column = jarosz_line(column);
    for (int i = 0; i < 64; ++i)
      grid[i][j] = column[static_cast<std::size_t>((i + 0.5) * height / 64)];
  }

  int gradient = 0;
  for (int i = 0; i < 64; ++i)
    for (int j = 0; j < 64; ++j) {
      if (i + 1 < 64)
        gradient += std::abs(static_cast<int>((grid[i][j] - grid[i + 1][j]) * 100 / 255));
      if (j + 1 < 64)
        gradient += std::abs(static_cast<int>((grid[i][j] - grid[i][j + 1]) * 100 / 255));
    }

  std::vector<double> block;
  const double pi = std::acos(-1.0);
  const auto basis = [pi](int i, int j) {
    return std::sqrt(2.0 / 64) * std::cos(pi / 128 * (i + 1) * (2 * j + 1));
  };
  for (int i = 0; i < 16; ++i)
    for (int j = 0; j < 16; ++j) {
      double sum = 0;
      for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) sum += basis(i, y) * grid[y][x] * basis(j, x);
      block.push_back(sum);
    }
  std::vector<double> sorted = block;
  std::sort(sorted.begin(), sorted.end());
  PdqFloat result{{}, std::min(100, gradient / 90)};
  for (std::size_t k = 0; k < 256; ++k)
    if (block[k] > sorted[127]) result.hash.set(k);
  return result;
}

}  // namespace reference
