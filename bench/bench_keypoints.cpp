// What keypoints cost beyond decoding: extraction from gray pixels in memory, whose rows are read
// and nothing more, the vote, and a search among many pictures.

#include "test_picture.hpp"

#include "ectype/image.hpp"
#include "ectype/keypoint_index.hpp"
#include "ectype/keypoint_match.hpp"
#include "ectype/keypoints.hpp"
#include "ectype/pixels.hpp"

#include <cstdint>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

namespace ectype::bench {
namespace {

constexpr std::uint32_t kWidth = 1600;
constexpr std::uint32_t kHeight = 1200;

/// The corner of 2 megapixels of the 12-megapixel texture, at another place for each `number`.
PixelView corner(const std::vector<std::uint8_t>& rgb, std::uint32_t number = 0) {
  PixelView view;
  view.data = rgb.data() + (std::size_t{number} * 97 * kPictureWidth + number * 131) * 3;
  view.width = kWidth;
  view.height = kHeight;
  view.row_stride = std::int64_t{3} * kPictureWidth;
  view.pixel_stride = 3;
  view.channel_stride = 1;
  view.channels = Channels::gray;
  return view;
}

void rows_only(benchmark::State& state) {
  const std::vector<std::uint8_t> rgb = make_texture();
  for (auto _ : state) {
    RowReader rows = Image::view(corner(rgb)).rows();
    for (LumaRow row; rows.next(row);) benchmark::DoNotOptimize(row.gray.data());
  }
}

void keypoints_of_reference(benchmark::State& state) {
  const std::vector<std::uint8_t> rgb = make_texture();
  const KeypointExtractor extractor;
  for (auto _ : state) benchmark::DoNotOptimize(extractor(Image::view(corner(rgb))));
}

void keypoints_of_query(benchmark::State& state) {
  const std::vector<std::uint8_t> rgb = make_texture();
  const Image image = Image::view(corner(rgb));
  const KeypointExtractor extractor(KeypointOptions::query(image.info()));
  for (auto _ : state) benchmark::DoNotOptimize(extractor(image));
}

/// `shift`: 0 for a copy, else another part of the texture.
void vote_of_pair(benchmark::State& state, std::uint32_t shift) {
  const std::vector<std::uint8_t> rgb = make_texture();
  const Image image = Image::view(corner(rgb));
  const auto query = KeypointExtractor(KeypointOptions::query(image.info()))(image);
  const auto reference = KeypointExtractor{}(Image::view(corner(rgb, shift)));
  for (auto _ : state) benchmark::DoNotOptimize(vote(query, reference));
}

/// Signatures of random descriptors: what a search costs where little is alike.
void search(benchmark::State& state) {
  std::mt19937_64 random(1);
  const auto make = [&](std::size_t points) {
    KeypointSignature signature{1024, 768, std::vector<Keypoint>(points)};
    for (Keypoint& point : signature.keypoints)
      point = {Hash128({random(), random()}), static_cast<std::uint16_t>(random() % 1024),
               static_cast<std::uint16_t>(random() % 768), static_cast<std::uint8_t>(random() % 40),
               static_cast<std::uint8_t>(random() % 64)};
    return signature;
  };
  std::vector<KeypointSignature> pictures;
  for (std::int64_t i = 0; i < state.range(0); ++i) pictures.push_back(make(128));
  KeypointIndex index;
  index.add(pictures);
  const KeypointSignature query = make(512);
  for (auto _ : state) benchmark::DoNotOptimize(index.match(query));
}

BENCHMARK(rows_only)->Unit(benchmark::kMillisecond);
BENCHMARK(keypoints_of_reference)->Unit(benchmark::kMillisecond);
BENCHMARK(keypoints_of_query)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(vote_of_pair, copy, 0)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(vote_of_pair, other, 10)->Unit(benchmark::kMicrosecond);
BENCHMARK(search)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ectype::bench
