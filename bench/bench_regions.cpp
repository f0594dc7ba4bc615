// What the content region costs: from a picture of 12 megapixels beside
// jpeg_file_pdq_and_gradient_grid, and from one of 512 pixels, which is what is left to do when the
// rows have gone through.

#include "test_picture.hpp"

#include "ectype/image.hpp"
#include "ectype/sign.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

SignOptions pdq_and_gradient_grid() {
  SignOptions options;
  options.algorithms = {"pdq", "gradient_grid"};
  return options;
}

void jpeg_file_pdq_gradient_grid_and_content(benchmark::State& state) {
  SignOptions options = pdq_and_gradient_grid();
  options.content_region = true;
  for (auto _ : state) benchmark::DoNotOptimize(sign(Image::open(test_jpeg()), options));
}

/// With the keypoints of a reference too.
void jpeg_file_signature(benchmark::State& state) {
  SignOptions options = pdq_and_gradient_grid();
  options.content_region = true;
  options.keypoints = KeypointOptions{};
  for (auto _ : state) benchmark::DoNotOptimize(sign(Image::open(test_jpeg()), options));
}

/// A border of 40 pixels round texture.
std::vector<std::uint8_t> make_bordered(std::uint32_t side) {
  constexpr std::uint32_t border = 40;
  const std::vector<std::uint8_t> texture = make_texture();
  std::vector<std::uint8_t> pixels(std::size_t{side} * side, 255);
  for (std::uint32_t y = border; y < side - border; ++y)
    std::copy_n(texture.begin() + std::ptrdiff_t{y} * kPictureWidth, side - 2 * border,
                pixels.begin() + std::ptrdiff_t{y} * side + border);
  return pixels;
}

/// Without and with the content.
void pixels_512_with_border(benchmark::State& state) {
  constexpr std::uint32_t side = 512;
  const std::vector<std::uint8_t> pixels = make_bordered(side);
  PixelView view;
  view.data = pixels.data();
  view.width = side;
  view.height = side;
  view.row_stride = side;
  view.pixel_stride = 1;
  view.channel_stride = 1;
  SignOptions options = pdq_and_gradient_grid();
  options.content_region = state.range(0) != 0;
  for (auto _ : state) benchmark::DoNotOptimize(sign(Image::view(view), options));
  state.counters["hashes"] = static_cast<double>(sign(Image::view(view), options).hashes.size());
}

BENCHMARK(jpeg_file_pdq_gradient_grid_and_content)->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_file_signature)->Unit(benchmark::kMillisecond);
BENCHMARK(pixels_512_with_border)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ectype::bench
