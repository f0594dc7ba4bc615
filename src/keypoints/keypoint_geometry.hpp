#pragma once

#include <array>

namespace ectype::keypoints {

struct Point {
  double x = 0;
  double y = 0;
};

/// x' = a x - b y + c, y' = b x + a y + d, after x has changed its sign where mirrored.
struct Similarity {
  double a = 1, b = 0, c = 0, d = 0;

  [[nodiscard]] Point operator()(const Point& p) const {
    return {a * p.x - b * p.y + c, b * p.x + a * p.y + d};
  }
  /// Squared factor by which lengths grow.
  [[nodiscard]] double scale2() const { return a * a + b * b; }
};

/// The similarity with the least squares of errors, from sums over pairs of places.
class SimilarityFit {
 public:
  void add(const Point& from, const Point& to) {
    ++count_;
    from_x_ += from.x;
    from_y_ += from.y;
    to_x_ += to.x;
    to_y_ += to.y;
    square_ += from.x * from.x + from.y * from.y;
    along_ += from.x * to.x + from.y * to.y;
    across_ += from.x * to.y - from.y * to.x;
  }
  /// False where the places do not determine it.
  [[nodiscard]] bool solve(Similarity& result) const {
    const double n = count_;
    const double spread = n * square_ - from_x_ * from_x_ - from_y_ * from_y_;
    if (!(spread > 0)) return false;
    result.a = (n * along_ - from_x_ * to_x_ - from_y_ * to_y_) / spread;
    result.b = (n * across_ - from_x_ * to_y_ + from_y_ * to_x_) / spread;
    result.c = (to_x_ - result.a * from_x_ + result.b * from_y_) / n;
    result.d = (to_y_ - result.b * from_x_ - result.a * from_y_) / n;
    return true;
  }

 private:
  int count_ = 0;
  double from_x_ = 0, from_y_ = 0, to_x_ = 0, to_y_ = 0;
  double square_ = 0, along_ = 0, across_ = 0;
};

}  // namespace ectype::keypoints
