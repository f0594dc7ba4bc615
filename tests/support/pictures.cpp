#include "support/pictures.hpp"

#include "image/luma.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <jpeglib.h>

namespace support {

using ectype::Channels;

ectype::PixelView Picture::view() const {
  const auto step = static_cast<std::ptrdiff_t>(ectype::image::channel_count(channels));
  ectype::PixelView view;
  view.data = pixels.data();
  view.width = width;
  view.height = height;
  view.row_stride = step * static_cast<std::ptrdiff_t>(width);
  view.pixel_stride = step;
  view.channel_stride = 1;
  view.channels = channels;
  return view;
}

std::vector<double> Picture::luma() const {
  std::vector<double> out;
  const std::size_t step = ectype::image::channel_count(channels);
  for (std::size_t i = 0; i < pixels.size(); i += step)
    out.push_back(step == 1 ? pixels[i]
                            : .299 * pixels[i] + .587 * pixels[i + 1] + .114 * pixels[i + 2]);
  return out;
}

Picture scene(std::uint32_t width, std::uint32_t height, Channels channels, unsigned seed) {
  Picture picture{width, height, channels, {}};
  const std::size_t step = ectype::image::channel_count(channels);
  std::mt19937 random(seed);
  const auto parameter = [&random](double from, double to) {
    return from + (to - from) * random() / 4294967296.0;
  };
  struct Wave {
    double u, v, phase, height;
  };
  std::vector<Wave> waves;
  for (int i = 0; i < 24; ++i)
    waves.push_back({parameter(-30, 30), parameter(-30, 30), parameter(0, 6), parameter(4, 20)});
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      double value = 128;
      for (const Wave& wave : waves)
        value += wave.height * std::sin(wave.u * x / width + wave.v * y / height + wave.phase);
      for (std::size_t c = 0; c < step; ++c) {
        const double channel = value + 20 * std::sin(static_cast<double>(c) + 9.0 * x / width);
        picture.pixels.push_back(static_cast<std::uint8_t>(std::fmax(0, std::fmin(255, channel))));
      }
    }
  }
  return picture;
}

Picture integer_pattern(std::uint32_t width, std::uint32_t height, Channels channels) {
  Picture picture{width, height, channels, {}};
  const std::size_t step = ectype::image::channel_count(channels);
  for (std::uint64_t y = 0; y < height; ++y)
    for (std::uint64_t x = 0; x < width; ++x)
      for (std::uint64_t c = 0; c < step; ++c) {
        const std::uint64_t u = x * 1024 / width;
        const std::uint64_t v = y * 1024 / height;
        const std::uint64_t value = (u * u * 3 + v * v * 5 + u * v * (7 + c)) / 23'000;
        picture.pixels.push_back(static_cast<std::uint8_t>((value + (x * 31 + y * 17) % 13) % 256));
      }
  return picture;
}

Picture flat(std::uint32_t width, std::uint32_t height, std::uint8_t value) {
  return {width, height, Channels::gray,
          std::vector<std::uint8_t>(std::size_t{width} * height, value)};
}

Picture checkerboard(std::uint32_t side, std::uint32_t square) {
  Picture picture{side, side, Channels::gray, {}};
  for (std::uint32_t y = 0; y < side; ++y)
    for (std::uint32_t x = 0; x < side; ++x)
      picture.pixels.push_back((x / square + y / square) % 2 == 0 ? 0 : 255);
  return picture;
}

Picture gradient(std::uint32_t width, std::uint32_t height) {
  Picture picture{width, height, Channels::gray, {}};
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      picture.pixels.push_back(static_cast<std::uint8_t>(x * 255 / (width - 1)));
  return picture;
}

Picture stored_for_orientation(const Picture& shown, int orientation) {
  const bool transposed = orientation >= 5;
  Picture stored{transposed ? shown.height : shown.width,
                 transposed ? shown.width : shown.height,
                 shown.channels,
                 {}};
  const std::size_t step = ectype::image::channel_count(shown.channels);
  for (std::uint32_t y = 0; y < stored.height; ++y) {
    for (std::uint32_t x = 0; x < stored.width; ++x) {
      std::uint32_t sx = x;
      std::uint32_t sy = y;
      // Where the EXIF specification puts the stored row 0 and column 0.
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        sx = stored.width - 1 - x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        sy = stored.height - 1 - y;
      if (transposed) std::swap(sx, sy);
      const std::size_t at = (std::size_t{sy} * shown.width + sx) * step;
      stored.pixels.insert(stored.pixels.end(), shown.pixels.begin() + static_cast<long>(at),
                           shown.pixels.begin() + static_cast<long>(at + step));
    }
  }
  return stored;
}

std::vector<std::uint8_t> to_pnm(const Picture& picture) {
  const std::string header = std::string(picture.channels == Channels::gray ? "P5" : "P6") + "\n" +
                             std::to_string(picture.width) + " " + std::to_string(picture.height) +
                             "\n255\n";
  std::vector<std::uint8_t> bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), picture.pixels.begin(), picture.pixels.end());
  return bytes;
}

std::vector<std::uint8_t> to_jpeg(const Picture& picture, int quality, int orientation,
                                  bool progressive, int restart_rows) {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors;
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &buffer, &size);
  const bool gray = picture.channels == Channels::gray;
  codec.image_width = picture.width;
  codec.image_height = picture.height;
  codec.input_components = gray ? 1 : 3;
  codec.in_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  if (progressive) jpeg_simple_progression(&codec);
  codec.restart_in_rows = restart_rows;
  jpeg_start_compress(&codec, TRUE);
  if (orientation != 0) {
    const unsigned char block[] = {'E',  'x',
                                   'i',  'f',
                                   0,    0,
                                   'M',  'M',
                                   0,    42,
                                   0,    0,
                                   0,    8,
                                   0,    1,
                                   0x01, 0x12,
                                   0,    3,
                                   0,    0,
                                   0,    1,
                                   0,    static_cast<unsigned char>(orientation),
                                   0,    0,
                                   0,    0,
                                   0,    0};
    jpeg_write_marker(&codec, JPEG_APP0 + 1, block, sizeof block);
  }
  const std::size_t stride = picture.width * static_cast<std::size_t>(codec.input_components);
  while (codec.next_scanline < codec.image_height) {
    auto* row = const_cast<unsigned char*>(picture.pixels.data() + codec.next_scanline * stride);
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  const std::vector<std::uint8_t> bytes(buffer, buffer + size);
  std::free(buffer);
  return bytes;
}

std::vector<std::uint32_t> luma_of(const ectype::Image& image) {
  auto rows = image.rows();
  std::vector<std::uint32_t> luma(std::size_t{rows.width()} * rows.height());
  for (ectype::LumaRow row; rows.next(row);)
    for (std::size_t x = 0; x < rows.width(); ++x)
      luma[std::size_t{row.y} * rows.width() + x] =
          row.gray.empty() ? row.milli[x] : row.gray[x] * 1000u;
  return luma;
}

}  // namespace support
