#pragma once

#include "hashing/keypoints/plane.hpp"

#include "ectype/image.hpp"
#include "ectype/keypoint_match.hpp"
#include "ectype/transform.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ectype::match {

struct Colour {
  std::uint8_t red, green, blue;
};

/// A place of whole pixels.
struct Panel {
  int left, top, width, height;
};

/// Whether a transform makes a wide picture a tall one.
[[nodiscard]] bool swaps_sides(Transform transform);
/// The place under a transform of the picture around it.
[[nodiscard]] PicturePoint moved(PicturePoint point, Transform transform);
/// A picture under a transform.
[[nodiscard]] hashing::Plane transformed(const hashing::Plane& plane, Transform transform);

/// A picture as it is shown, in gray, of at most so many samples along its longest side. Throws
/// Error as `Image::rows`.
[[nodiscard]] hashing::Plane reduced(const Image& image, std::uint32_t side);

/// RGB pixels to draw on; what lies outside is cut off.
class Canvas {
 public:
  Canvas(int width, int height, Colour ground);

  /// The picture in gray, enlarged or not, by linear interpolation.
  void draw(const hashing::Plane& picture, const Panel& panel);
  void fill(const Panel& panel, Colour colour);
  /// The outline of a part of the picture in a panel, by its corners.
  void outline(const std::array<PicturePoint, 4>& corners, const Panel& panel, Colour colour);

  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }
  [[nodiscard]] const std::vector<std::uint8_t>& rgb() const noexcept { return rgb_; }

 private:
  void set(int x, int y, Colour colour);
  void line(double x0, double y0, double x1, double y1, Colour colour);

  int width_, height_;
  std::vector<std::uint8_t> rgb_;
};

}  // namespace ectype::match
