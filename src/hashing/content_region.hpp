#pragma once

#include "hashing/keypoints/plane.hpp"

#include <optional>

namespace ectype::hashing {

/// A part of a plane: columns from `left` to before `right`, rows from `top` to before `bottom`.
struct PlaneRectangle {
  int left = 0, top = 0, right = 0, bottom = 0;
  [[nodiscard]] int width() const noexcept { return right - left; }
  [[nodiscard]] int height() const noexcept { return bottom - top; }
  friend bool operator==(const PlaneRectangle&, const PlaneRectangle&) = default;
};

/// What is left of a picture without borders and bars of one gray level each, also nested ones and
/// ones with text on them (captions, a phone's screen round a picture). Nothing where there are
/// none or where too little or too much would go. Integers only.
///
/// What tells a bar from a sky or a wall is its inner edge: straight, along most of the side, and
/// from one line to the next.
[[nodiscard]] std::optional<PlaneRectangle> find_content(const Plane& plane);

/// A copy of a part.
[[nodiscard]] Plane cut_out(const Plane& plane, const PlaneRectangle& part);

}  // namespace ectype::hashing
