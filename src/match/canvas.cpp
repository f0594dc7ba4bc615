#include "match/canvas.hpp"

#include "hashing/keypoints/working_picture.hpp"

#include <algorithm>
#include <cmath>

namespace ectype::match {
namespace {

using hashing::Plane;

/// Where the transformed picture has taken its place from.
PicturePoint origin(PicturePoint at, Transform transform) {
  switch (transform) {
    case Transform::original:
      return at;
    case Transform::rotate90:
      return {1 - at.y, at.x};
    case Transform::rotate180:
      return {1 - at.x, 1 - at.y};
    case Transform::rotate270:
      return {at.y, 1 - at.x};
    case Transform::flip_x:
      return {at.x, 1 - at.y};
    case Transform::flip_y:
      return {1 - at.x, at.y};
    case Transform::flip_plus1:
      return {at.y, at.x};
    case Transform::flip_minus1:
      return {1 - at.y, 1 - at.x};
  }
  return at;
}

/// The two samples around a place along an axis of `count` samples, and the share of the second.
struct Between {
  int first, second;
  double share;
};
Between between(double place, int count) {
  const double at = std::clamp(place * count - 0.5, 0.0, static_cast<double>(count - 1));
  const int first = static_cast<int>(at);
  return {first, std::min(first + 1, count - 1), at - first};
}

}  // namespace

bool swaps_sides(Transform transform) {
  return transform == Transform::rotate90 || transform == Transform::rotate270 ||
         transform == Transform::flip_plus1 || transform == Transform::flip_minus1;
}

PicturePoint moved(PicturePoint point, Transform transform) {
  // All but the two right angles undo themselves.
  if (transform == Transform::rotate90) return origin(point, Transform::rotate270);
  if (transform == Transform::rotate270) return origin(point, Transform::rotate90);
  return origin(point, transform);
}

Plane transformed(const Plane& plane, Transform transform) {
  Plane out = swaps_sides(transform) ? Plane(plane.height(), plane.width())
                                     : Plane(plane.width(), plane.height());
  for (int y = 0; y < out.height(); ++y)
    for (int x = 0; x < out.width(); ++x) {
      const PicturePoint from =
          origin({(x + 0.5) / out.width(), (y + 0.5) / out.height()}, transform);
      out.row(y)[x] = plane.row(
          static_cast<int>(from.y * plane.height()))[static_cast<int>(from.x * plane.width())];
    }
  return out;
}

hashing::Plane reduced(const Image& image, std::uint32_t side) {
  const ImageInfo& info = image.info();
  hashing::WorkingPicture picture(info.width, info.height, info.orientation,
                                  std::min(side, std::max(info.width, info.height)));
  RowReader rows = image.rows();
  for (LumaRow row; rows.next(row);) picture.add(row);
  return picture.finish();
}

Canvas::Canvas(int width, int height, Colour ground)
    : width_(width),
      height_(height),
      rgb_(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
  fill({0, 0, width, height}, ground);
}

void Canvas::draw(const Plane& picture, const Panel& panel) {
  for (int y = 0; y < panel.height; ++y) {
    const Between row = between((y + 0.5) / panel.height, picture.height());
    for (int x = 0; x < panel.width; ++x) {
      const Between column = between((x + 0.5) / panel.width, picture.width());
      const auto along = [&](int in) {
        return picture.at(column.first, in) * (1 - column.share) +
               picture.at(column.second, in) * column.share;
      };
      const double level = along(row.first) * (1 - row.share) + along(row.second) * row.share;
      const auto gray = static_cast<std::uint8_t>(level / hashing::kPlaneOne + 0.5);
      set(panel.left + x, panel.top + y, {gray, gray, gray});
    }
  }
}

void Canvas::fill(const Panel& panel, Colour colour) {
  for (int y = panel.top; y < panel.top + panel.height; ++y)
    for (int x = panel.left; x < panel.left + panel.width; ++x) set(x, y, colour);
}

void Canvas::outline(const std::array<PicturePoint, 4>& corners, const Panel& panel,
                     Colour colour) {
  const auto x_of = [&](const PicturePoint& point) {
    return panel.left + std::clamp(point.x, -1.0, 2.0) * (panel.width - 1);
  };
  const auto y_of = [&](const PicturePoint& point) {
    return panel.top + std::clamp(point.y, -1.0, 2.0) * (panel.height - 1);
  };
  const bool finite = std::all_of(corners.begin(), corners.end(), [](const PicturePoint& corner) {
    return std::isfinite(corner.x) && std::isfinite(corner.y);
  });
  for (std::size_t i = 0; finite && i < corners.size(); ++i) {
    const PicturePoint& from = corners[i];
    const PicturePoint& to = corners[(i + 1) % corners.size()];
    line(x_of(from), y_of(from), x_of(to), y_of(to), colour);
  }
}

void Canvas::set(int x, int y, Colour colour) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  std::uint8_t* const pixel =
      &rgb_[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                 static_cast<std::size_t>(x))];
  pixel[0] = colour.red;
  pixel[1] = colour.green;
  pixel[2] = colour.blue;
}

void Canvas::line(double x0, double y0, double x1, double y1, Colour colour) {
  const int steps = static_cast<int>(std::max(std::abs(x1 - x0), std::abs(y1 - y0))) + 1;
  for (int i = 0; i <= steps; ++i) {
    const int x = static_cast<int>(std::lround(x0 + (x1 - x0) * i / steps));
    const int y = static_cast<int>(std::lround(y0 + (y1 - y0) * i / steps));
    fill({x - 1, y - 1, 3, 3}, colour);  // to be seen on any ground
  }
}

}  // namespace ectype::match
