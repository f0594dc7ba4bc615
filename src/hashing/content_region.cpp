#include "hashing/content_region.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace ectype::hashing {
namespace {

/// Lines of a part of the plane as seen from one of its sides: line 0 is the outermost.
enum class Side { top, bottom, left, right };
constexpr std::array kSides{Side::top, Side::bottom, Side::left, Side::right};  // in pairs

constexpr int kNear = 10 * kPlaneOne;  // levels from the ground that noise of a codec may lie
constexpr int kClean = 2 * kPlaneOne;  // mean deviation of a line that no codec's block disturbs
constexpr int kBlankShare = 64;        // a blank line has one in so many pixels that are foreign
constexpr int kTransition = 3;         // lines that resizing makes of an edge
constexpr int kRinging = 8;            // lines that a codec's blocks disturb next to an edge
constexpr int kTextShare = 8;          // a line of text takes at most one in so many lines
constexpr int kTwinSlack = 2;          // lines that two bars of one border differ at most
constexpr int kMaxNested = 6;
constexpr int kMinSide = 32;

/// How a line differs from the ground of a bar.
struct LineStatistics {
  int foreign = 0;    // pixels that are not of the ground
  int deviation = 0;  // sum over all pixels
};

class Lines {
 public:
  Lines(const Plane& plane, const PlaneRectangle& part, Side side) {
    const std::ptrdiff_t row = plane.width();
    const std::uint16_t* const first = plane.row(part.top) + part.left;
    const std::uint16_t* const last = plane.row(part.bottom - 1) + part.right - 1;
    const bool near = side == Side::top || side == Side::left;
    const bool rows = side == Side::top || side == Side::bottom;
    start_ = near ? first : last;
    to_next_line_ = rows ? row : 1;
    to_next_pixel_ = rows ? 1 : row;
    if (!near) {
      to_next_line_ = -to_next_line_;
      to_next_pixel_ = -to_next_pixel_;
    }
    count_ = rows ? part.height() : part.width();
    length_ = rows ? part.width() : part.height();
  }

  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] int at(int line, int i) const {
    return start_[line * to_next_line_ + i * to_next_pixel_];
  }

  /// The median of the outermost line.
  [[nodiscard]] int ground() const {
    std::vector<int> values(static_cast<std::size_t>(length()));
    for (int i = 0; i < length(); ++i) values[static_cast<std::size_t>(i)] = at(0, i);
    const auto middle = values.begin() + length() / 2;
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  [[nodiscard]] LineStatistics compare(int line, int ground) const {
    const std::uint16_t* const first = start_ + line * to_next_line_;
    if (to_next_pixel_ == 1) return compare_pixels(first, 1, ground);
    if (to_next_pixel_ == -1) return compare_pixels(first - (length() - 1), 1, ground);
    return compare_pixels(first, to_next_pixel_, ground);
  }

 private:
  /// Inline, so that neighbouring pixels become vectors.
  [[gnu::always_inline]] LineStatistics compare_pixels(const std::uint16_t* pixels,
                                                       std::ptrdiff_t step, int ground) const {
    LineStatistics statistics;
    for (int i = 0; i < length_; ++i) {
      const int away = std::abs(pixels[i * step] - ground);
      statistics.foreign += away > kNear ? 1 : 0;
      statistics.deviation += away;
    }
    return statistics;
  }

  const std::uint16_t* start_;
  std::ptrdiff_t to_next_line_, to_next_pixel_;
  int count_, length_;
};

/// A bar along a side.
struct Bar {
  int ground = 0;
  int blank = 0;  // outermost lines without anything on them
  int depth = 0;  // lines up to the inner edge; 0 where there is none
};

Bar find_bar(const Lines& lines) {
  const int text = lines.count() / kTextShare;
  Bar bar{lines.ground()};
  int blanks = 0;
  int clean = 0;
  int last_blank = -1;
  for (int line = 0; line < lines.count(); ++line) {
    const auto [foreign, deviation] = lines.compare(line, bar.ground);
    if (foreign * kBlankShare <= lines.length()) {
      bar.depth = 0;  // what looked like the edge was text
      last_blank = line;
      clean += deviation <= kClean * lines.length() ? 1 : 0;
      if (++blanks == line + 1) bar.blank = blanks;
      continue;
    }
    if (line - last_blank > text) break;
    const bool is_edge = 2 * foreign >= lines.length() && line - last_blank - 1 <= kTransition;
    if (bar.depth == 0 && is_edge && 3 * blanks >= line) bar.depth = line;
  }
  // A sky has a gradient, a bar has none.
  if (2 * clean < blanks) bar.depth = 0;
  return bar;
}

using Bars = std::array<Bar, kSides.size()>;

bool same_ground(const Bar& a, const Bar& b) { return std::abs(a.ground - b.ground) <= kNear; }

bool may_end_at(const Bar& bar, int depth) { return bar.blank >= depth - kRinging; }

/// Whether the depth of another bar can be taken for one that shows no edge: it ends about there,
/// or faces that one, without text, as the bars of a letterbox do.
bool is_twin(const Bar& bar, const Bar& other, bool opposite) {
  if (other.depth == 0 || !same_ground(bar, other) || !may_end_at(bar, other.depth)) return false;
  return bar.blank <= other.depth + kTwinSlack || (opposite && may_end_at(other, other.depth));
}

/// The depth that three bars of a border on all sides share; 0 where there is no such border.
int border_depth(const Bars& bars) {
  for (const Bar& bar : bars) {
    const int depth = bar.depth != 0 ? bar.depth : bar.blank;
    const auto alike = std::count_if(bars.begin(), bars.end(), [&](const Bar& other) {
      return std::abs((other.depth != 0 ? other.depth : other.blank) - depth) <= kTwinSlack;
    });
    const bool possible = std::all_of(bars.begin(), bars.end(), [&](const Bar& other) {
      return same_ground(bar, other) && may_end_at(other, depth);
    });
    if (alike >= 3 && possible) return depth;
  }
  return 0;
}

/// Where the picture is as dark as its border no edge shows, but other bars tell how deep it is.
void complete(Bars& bars) {
  const Bars found = bars;
  const int border = border_depth(found);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    Bar& bar = bars[i];
    if (bar.depth != 0 || bar.blank == 0) continue;
    bar.depth = border;
    for (std::size_t k = 0; k < bars.size(); ++k)
      if (is_twin(bar, found[k], k == (i ^ 1))) bar.depth = found[k].depth;
  }
}

std::int64_t area(const PlaneRectangle& part) { return std::int64_t{part.width()} * part.height(); }

}  // namespace

std::optional<PlaneRectangle> find_content(const Plane& plane) {
  const PlaneRectangle whole{0, 0, plane.width(), plane.height()};
  PlaneRectangle part = whole;
  for (int nested = 0; nested < kMaxNested; ++nested) {
    Bars bars;
    for (const Side side : kSides)
      bars[static_cast<std::size_t>(side)] = find_bar(Lines(plane, part, side));
    complete(bars);
    const PlaneRectangle inner{part.left + bars[2].depth, part.top + bars[0].depth,
                               part.right - bars[3].depth, part.bottom - bars[1].depth};
    if (inner.width() < kMinSide || inner.height() < kMinSide) break;
    if (inner == part) break;
    part = inner;
  }
  const bool enough_left = 4 * area(part) >= area(whole);
  const bool enough_gone = 25 * area(part) <= 24 * area(whole);
  if (!enough_left || !enough_gone) return std::nullopt;
  return part;
}

Plane cut_out(const Plane& plane, const PlaneRectangle& part) {
  Plane out(part.width(), part.height());
  for (int y = 0; y < part.height(); ++y)
    std::copy_n(plane.row(part.top + y) + part.left, part.width(), out.row(y));
  return out;
}

}  // namespace ectype::hashing
