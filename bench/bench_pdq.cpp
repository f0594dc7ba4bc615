// From a picture of 12 megapixels to its PDQ hash, beside libjpeg-turbo's own gray decode of the
// same file from the same kind of source.

#include "gray_decode.hpp"
#include "test_picture.hpp"

#include "ectype/image.hpp"
#include "ectype/pdq.hpp"
#include "ectype/pixels.hpp"

#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

void jpeg_file_gray_decode(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(gray_decode(test_jpeg()));
}

void jpeg_file_pdq(benchmark::State& state, PdqProfile profile) {
  const Pdq pdq(profile);
  for (auto _ : state) benchmark::DoNotOptimize(pdq(Image::open(test_jpeg())));
}

void jpeg_memory_gray_decode(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes = read_file(test_jpeg());
  for (auto _ : state) benchmark::DoNotOptimize(gray_decode(bytes));
  state.counters["file_bytes"] = static_cast<double>(bytes.size());
}

void jpeg_memory_pdq(benchmark::State& state, PdqProfile profile) {
  const std::vector<std::uint8_t> bytes = read_file(test_jpeg());
  const Pdq pdq(profile);
  for (auto _ : state) benchmark::DoNotOptimize(pdq(Image::open(bytes)));
}

void pixels_pdq(benchmark::State& state, Channels channels) {
  const std::vector<std::uint8_t> rgb = make_texture();
  const std::int64_t step = channels == Channels::rgb ? 3 : 1;
  PixelView view;
  view.data = rgb.data();
  view.width = kPictureWidth;
  view.height = kPictureHeight;
  view.row_stride = step * kPictureWidth;
  view.pixel_stride = step;
  view.channel_stride = 1;
  view.channels = channels;
  const Pdq pdq;
  for (auto _ : state) benchmark::DoNotOptimize(pdq(Image::view(view)));
}

BENCHMARK(jpeg_file_gray_decode)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jpeg_file_pdq, exact, PdqProfile::exact)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jpeg_file_pdq, fast, PdqProfile::fast)->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_memory_gray_decode)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jpeg_memory_pdq, exact, PdqProfile::exact)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(jpeg_memory_pdq, fast, PdqProfile::fast)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pixels_pdq, gray, Channels::gray)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pixels_pdq, rgb, Channels::rgb)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ectype::bench
