#include "image/encode_png.hpp"

#include "ectype/error.hpp"

#include <png.h>

namespace ectype::image {

std::string encode_png(std::span<const std::uint8_t> rgb, std::uint32_t width,
                       std::uint32_t height) {
  png_image picture{};
  picture.version = PNG_IMAGE_VERSION;
  picture.width = width;
  picture.height = height;
  picture.format = PNG_FORMAT_RGB;
  // Room for what does not compress, as libpng itself reckons it.
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(picture);
  std::string file(size, '\0');
  if (png_image_write_to_memory(&picture, file.data(), &size, 0, rgb.data(), 0, nullptr) == 0)
    throw Error(ErrorCode::storage, std::string("libpng cannot encode the picture: ") +
                                        static_cast<const char*>(picture.message));
  file.resize(size);
  return file;
}

}  // namespace ectype::image
