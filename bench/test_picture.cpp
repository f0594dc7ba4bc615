#include "test_picture.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>

#include <jpeglib.h>
#include <unistd.h>

namespace ectype::bench {
namespace {

/// Random values on a lattice, between which the texture is interpolated.
class Lattice {
 public:
  Lattice(std::uint32_t step, double amplitude, std::mt19937& random)
      : step_(step), columns_(kPictureWidth / step + 2) {
    std::uniform_real_distribution<double> value(-amplitude, amplitude);
    values_.resize(std::size_t{columns_} * (kPictureHeight / step + 2));
    for (double& each : values_) each = value(random);
  }

  [[nodiscard]] double at(std::uint32_t x, std::uint32_t y) const {
    const double u = static_cast<double>(x % step_) / step_;
    const double v = static_cast<double>(y % step_) / step_;
    const double* top = values_.data() + std::size_t{y / step_} * columns_ + x / step_;
    const double* bottom = top + columns_;
    return (1 - v) * ((1 - u) * top[0] + u * top[1]) + v * ((1 - u) * bottom[0] + u * bottom[1]);
  }

 private:
  std::uint32_t step_;
  std::uint32_t columns_;
  std::vector<double> values_;
};

std::filesystem::path temporary_name() {
  return std::filesystem::temp_directory_path() /
         ("ectype_bench_" + std::to_string(::getpid()) + ".jpg");
}

void write_jpeg(const std::filesystem::path& path, std::vector<std::uint8_t>& rgb) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error("cannot write " + path.string());
  jpeg_error_mgr errors;
  jpeg_compress_struct codec;
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  jpeg_stdio_dest(&codec, file);
  codec.image_width = kPictureWidth;
  codec.image_height = kPictureHeight;
  codec.input_components = 3;
  codec.in_color_space = JCS_RGB;
  jpeg_set_defaults(&codec);  // 4:2:0
  jpeg_set_quality(&codec, 90, TRUE);
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = rgb.data() + std::size_t{codec.next_scanline} * kPictureWidth * 3;
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  std::fclose(file);
}

struct TestFile {
  std::filesystem::path path;
  bool ours = false;

  TestFile() {
    if (const char* given = std::getenv("ECTYPE_BENCH_JPEG"); given != nullptr) {
      path = given;
      return;
    }
    path = temporary_name();
    ours = true;
    std::vector<std::uint8_t> rgb = make_texture();
    write_jpeg(path, rgb);
  }
  ~TestFile() {
    std::error_code ignored;
    if (ours) std::filesystem::remove(path, ignored);
  }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
};

}  // namespace

std::vector<std::uint8_t> make_texture() {
  std::mt19937 random(5);
  const Lattice coarse(500, 60, random);
  const Lattice middle(61, 30, random);
  const Lattice fine(7, 12, random);
  std::normal_distribution<double> grain(0, 3);
  std::vector<std::uint8_t> rgb;
  rgb.reserve(std::size_t{kPictureWidth} * kPictureHeight * 3);
  for (std::uint32_t y = 0; y < kPictureHeight; ++y) {
    for (std::uint32_t x = 0; x < kPictureWidth; ++x) {
      const double tone = coarse.at(x, y);
      const double luma = 128 + tone + middle.at(x, y) + fine.at(x, y) + grain(random);
      for (const double tint : {0.2, 0.0, -0.2}) {
        const double level = luma + tint * tone;
        rgb.push_back(static_cast<std::uint8_t>(level < 0 ? 0 : level > 255 ? 255 : level));
      }
    }
  }
  return rgb;
}

const std::filesystem::path& test_jpeg() {
  static const TestFile file;
  return file.path;
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace ectype::bench
