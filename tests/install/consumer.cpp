#include <ectype/ectype.hpp>

int main() {
  const unsigned char pixels[64] = {};
  ectype::PixelView view;
  view.data = pixels;
  view.width = view.height = 8;
  view.row_stride = 8;
  view.pixel_stride = 1;
  return ectype::Pdq{}(ectype::Image::view(view)).quality.trusted() ? 1 : 0;
}
