// From a picture of 12 megapixels to its GradientGrid, alone and with PDQ from one decode; beside
// jpeg_file_gray_decode of bench_pdq.cpp.

#include "test_picture.hpp"

#include "ectype/gradient_grid.hpp"
#include "ectype/image.hpp"
#include "ectype/pixels.hpp"
#include "ectype/sign.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

void jpeg_file_gradient_grid(benchmark::State& state) {
  const GradientGrid hasher;
  for (auto _ : state) benchmark::DoNotOptimize(hasher(Image::open(test_jpeg())));
}

void jpeg_file_pdq_and_gradient_grid(benchmark::State& state) {
  const std::vector<std::string> algorithms{"pdq", "gradient_grid"};
  for (auto _ : state) benchmark::DoNotOptimize(sign(Image::open(test_jpeg()), algorithms));
}

/// The descriptor of what is 96 x 96 already, and the permutations.
void gradient_grid_variants(benchmark::State& state) {
  const std::vector<std::uint8_t> texture = make_texture();
  PixelView view;
  view.data = texture.data();
  view.width = 96;
  view.height = 96;
  view.row_stride = 96;
  view.pixel_stride = 1;
  view.channel_stride = 1;
  const GradientGrid hasher;
  for (auto _ : state) benchmark::DoNotOptimize(hasher.variants(Image::view(view)));
}

void pixels_gradient_grid(benchmark::State& state) {
  const std::vector<std::uint8_t> texture = make_texture();
  PixelView view;
  view.data = texture.data();
  view.width = kPictureWidth;
  view.height = kPictureHeight;
  view.row_stride = kPictureWidth;
  view.pixel_stride = 1;
  view.channel_stride = 1;
  const GradientGrid hasher;
  for (auto _ : state) benchmark::DoNotOptimize(hasher(Image::view(view)));
  state.counters["pixels_per_second"] = benchmark::Counter(
      double{kPictureWidth} * kPictureHeight, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(jpeg_file_gradient_grid)->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_file_pdq_and_gradient_grid)->Unit(benchmark::kMillisecond);
BENCHMARK(pixels_gradient_grid)->Unit(benchmark::kMillisecond);
BENCHMARK(gradient_grid_variants)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ectype::bench
