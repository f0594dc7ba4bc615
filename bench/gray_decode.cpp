#include "gray_decode.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

#include <jpeglib.h>

namespace ectype::bench {
namespace {

/// A fatal error of libjpeg ends the process, as its default is: the files are our own.
class Codec {
 public:
  Codec() {
    codec_.err = jpeg_std_error(&errors_);
    jpeg_create_decompress(&codec_);
  }
  ~Codec() { jpeg_destroy_decompress(&codec_); }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  jpeg_decompress_struct* get() { return &codec_; }

  std::uint32_t decode() {
    jpeg_read_header(&codec_, TRUE);
    codec_.out_color_space = JCS_GRAYSCALE;
    codec_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&codec_);
    std::vector<JSAMPLE> line(codec_.output_width);
    JSAMPROW row = line.data();
    while (codec_.output_scanline < codec_.output_height) jpeg_read_scanlines(&codec_, &row, 1);
    const std::uint32_t rows = codec_.output_scanline;
    jpeg_finish_decompress(&codec_);
    return rows;
  }

 private:
  jpeg_decompress_struct codec_{};
  jpeg_error_mgr errors_{};
};

}  // namespace

std::uint32_t gray_decode(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  Codec codec;
  jpeg_stdio_src(codec.get(), file.get());
  return codec.decode();
}

std::uint32_t gray_decode(std::span<const std::uint8_t> bytes) {
  Codec codec;
  jpeg_mem_src(codec.get(), bytes.data(), bytes.size());
  return codec.decode();
}

}  // namespace ectype::bench
