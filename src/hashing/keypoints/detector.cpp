#include "hashing/keypoints/detector.hpp"

#include "hashing/keypoints/fixed_point.hpp"

#include <cstdlib>
#include <cstring>
#include <optional>

namespace ectype::hashing {
namespace {

constexpr int kDifferences = kGaussians - 1;
constexpr int kBorder = 5;  // pixels of an octave that are not looked at
/// From here on another pixel is nearer; more than half, or what lies in the middle goes to and
/// fro.
constexpr int kFarOffset = kSubpixels * 5 / 8;
constexpr int kMostMoves = 5;             // to a better pixel while refining
constexpr int kEdgeRatio = 10;            // of the principal curvatures
constexpr int kMinPixel = kPlaneOne / 4;  // less is not refined
constexpr int kMinContrast = kStrongContrast * 2 / 5;

using Row = std::vector<std::int16_t>;

/// Rows y - 1, y and y + 1 of the differences of an octave, and for y the largest and the smallest
/// of the 3 x 3 around each pixel.
class DifferenceRows {
 public:
  explicit DifferenceRows(const Octave& octave)
      : octave_(octave), width_(static_cast<std::size_t>(octave[0].width())) {
    for (auto& layer : rows_)
      for (Row& row : layer) row.resize(width_);
    for (auto* rows : {&largest_, &smallest_})
      for (Row& row : *rows) row.resize(width_);
    column_.resize(width_);
    for (int y = 0; y < 3; ++y) load(y);
  }

  void load(int y) {
    for (std::size_t d = 0; d < kDifferences; ++d) {
      const std::uint16_t* fine = octave_[d].row(y);
      const std::uint16_t* coarse = octave_[d + 1].row(y);
      std::int16_t* out = rows_[d][static_cast<std::size_t>(y % 3)].data();
      for (std::size_t x = 0; x < width_; ++x)
        out[x] = static_cast<std::int16_t>(coarse[x] - fine[x]);
    }
  }

  /// Marks in `mask` the pixels of row y that are extrema of layer `d`. After `find_ranges`.
  void mark(int y, std::size_t d, Row& mask) const {
    const std::int16_t* value = rows_[d][static_cast<std::size_t>(y % 3)].data();
    const std::int16_t* high[3];
    const std::int16_t* low[3];
    for (std::size_t i = 0; i < 3; ++i) {
      high[i] = largest_[d - 1 + i].data();
      low[i] = smallest_[d - 1 + i].data();
    }
    std::int16_t* out = mask.data();
    for (std::size_t x = 1; x + 1 < width_; ++x) {
      const std::int16_t most = std::max(std::max(high[0][x], high[1][x]), high[2][x]);
      const std::int16_t least = std::min(std::min(low[0][x], low[1][x]), low[2][x]);
      const bool peak = (value[x] >= most) & (value[x] >= kMinPixel);
      const bool pit = (value[x] <= least) & (value[x] <= -kMinPixel);
      out[x] = static_cast<std::int16_t>(peak | pit);
    }
  }

  void find_ranges() {
    for (std::size_t d = 0; d < kDifferences; ++d) {
      find_range(rows_[d], largest_[d], [](auto a, auto b) { return a > b ? a : b; });
      find_range(rows_[d], smallest_[d], [](auto a, auto b) { return a < b ? a : b; });
    }
  }

 private:
  template <typename Choose>
  void find_range(const std::array<Row, 3>& rows, Row& result, Choose choose) {
    const std::int16_t* a = rows[0].data();
    const std::int16_t* b = rows[1].data();
    const std::int16_t* c = rows[2].data();
    std::int16_t* column = column_.data();
    for (std::size_t x = 0; x < width_; ++x) column[x] = choose(choose(a[x], b[x]), c[x]);
    std::int16_t* out = result.data();
    for (std::size_t x = 1; x + 1 < width_; ++x)
      out[x] = choose(choose(column[x - 1], column[x]), column[x + 1]);
  }

  const Octave& octave_;
  std::size_t width_;
  std::array<std::array<Row, 3>, kDifferences> rows_;
  std::array<Row, kDifferences> largest_;
  std::array<Row, kDifferences> smallest_;
  Row column_;
};

/// Calls visit(x) for every pixel that is marked.
template <typename Visit>
void for_each_marked(const Row& mask, int width, Visit visit) {
  constexpr int together = 4;
  for (int x = kBorder; x < width - kBorder; x += together) {
    std::uint64_t four = 0;
    const int count = std::min(together, width - kBorder - x);
    std::memcpy(&four, mask.data() + x, static_cast<std::size_t>(count) * sizeof(mask[0]));
    if (four == 0) continue;
    for (int i = 0; i < count; ++i)
      if (mask[static_cast<std::size_t>(x + i)] != 0) visit(x + i);
  }
}

/// The second-order approximation of the difference around a pixel: gradient times 2, second
/// derivatives times 4.
struct Quadratic {
  std::int64_t value, gx, gy, gs, xx, yy, ss, xy, xs, ys;
};

Quadratic approximate(const Octave& octave, int x, int y, int layer) {
  const auto d = [&](int dx, int dy, int ds) -> std::int64_t {
    const auto i = static_cast<std::size_t>(layer + ds);
    return octave[i + 1].at(x + dx, y + dy) - octave[i].at(x + dx, y + dy);
  };
  const auto mixed = [](std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t e) {
    return a - b - c + e;
  };
  Quadratic q{};
  q.value = d(0, 0, 0);
  q.gx = d(1, 0, 0) - d(-1, 0, 0);
  q.gy = d(0, 1, 0) - d(0, -1, 0);
  q.gs = d(0, 0, 1) - d(0, 0, -1);
  q.xx = 4 * (d(1, 0, 0) + d(-1, 0, 0) - 2 * q.value);
  q.yy = 4 * (d(0, 1, 0) + d(0, -1, 0) - 2 * q.value);
  q.ss = 4 * (d(0, 0, 1) + d(0, 0, -1) - 2 * q.value);
  q.xy = mixed(d(1, 1, 0), d(-1, 1, 0), d(1, -1, 0), d(-1, -1, 0));
  q.xs = mixed(d(1, 0, 1), d(-1, 0, 1), d(1, 0, -1), d(-1, 0, -1));
  q.ys = mixed(d(0, 1, 1), d(0, -1, 1), d(0, 1, -1), d(0, -1, -1));
  return q;
}

struct Offset {
  int x, y, s;  ///< in 256ths of a pixel and of a layer
};

/// Where the approximation has its extremum, by Cramer's rule; nothing where it has none nearby.
std::optional<Offset> extremum_of(const Quadratic& q) {
  const std::int64_t a = q.yy * q.ss - q.ys * q.ys;
  const std::int64_t b = q.xs * q.ys - q.xy * q.ss;
  const std::int64_t c = q.xy * q.ys - q.xs * q.yy;
  const std::int64_t e = q.xx * q.ss - q.xs * q.xs;
  const std::int64_t f = q.xy * q.xs - q.xx * q.ys;
  const std::int64_t g = q.xx * q.yy - q.xy * q.xy;
  const std::int64_t determinant = q.xx * a + q.xy * b + q.xs * c;
  if (determinant == 0) return std::nullopt;
  const auto solve = [&](std::int64_t u, std::int64_t v, std::int64_t w) {
    const std::int64_t numerator = -2 * (u * q.gx + v * q.gy + w * q.gs);
    // Far outside is all that matters there.
    if (std::abs(numerator) / 4 > std::abs(determinant)) return 4 * kSubpixels;
    return static_cast<int>(numerator * kSubpixels / determinant);
  };
  return Offset{solve(a, b, c), solve(b, e, f), solve(c, f, g)};
}

bool on_edge(const Quadratic& q) {
  const std::int64_t trace = q.xx + q.yy;
  const std::int64_t determinant = q.xx * q.yy - q.xy * q.xy;
  return trace * trace * kEdgeRatio >=
         std::int64_t{kEdgeRatio + 1} * (kEdgeRatio + 1) * determinant;
}

int moved(int position, int offset) {
  if (offset > kFarOffset) return position + 1;
  if (offset < -kFarOffset) return position - 1;
  return position;
}

/// What lies just beyond the outermost layers may be missed by the next octave, where it lies just
/// before: so it stays here.
int moved_layer(int layer, int offset) {
  const int next = moved(layer, offset);
  const bool is_just_beyond = (next < 1 || next > kLayers) && std::abs(offset) < kSubpixels;
  return is_just_beyond ? layer : next;
}

std::optional<Extremum> refine(const Octave& octave, int octave_number, int x, int y, int layer) {
  for (int move = 0; move < kMostMoves; ++move) {
    const Quadratic q = approximate(octave, x, y, layer);
    const std::optional<Offset> offset = extremum_of(q);
    if (!offset) return std::nullopt;
    const int next_x = moved(x, offset->x);
    const int next_y = moved(y, offset->y);
    const int next_layer = moved_layer(layer, offset->s);
    if (next_x == x && next_y == y && next_layer == layer) {
      const std::int64_t contrast =
          std::abs(q.value * 1024 + q.gx * offset->x + q.gy * offset->y + q.gs * offset->s);
      if (contrast < kMinContrast || on_edge(q)) return std::nullopt;
      const int scale = kSubpixels * layer + offset->s;
      return Extremum{(x * kSubpixels + offset->x) * (1 << octave_number),
                      (y * kSubpixels + offset->y) * (1 << octave_number),
                      scale + kOctaveSteps * octave_number,
                      static_cast<std::int32_t>(contrast),
                      static_cast<std::int16_t>(octave_number),
                      static_cast<std::int16_t>(layer)};
    }
    x = next_x;
    y = next_y;
    layer = next_layer;
    if (layer < 1 || layer > kLayers || x < kBorder || x >= octave[0].width() - kBorder ||
        y < kBorder || y >= octave[0].height() - kBorder)
      return std::nullopt;
  }
  return std::nullopt;
}

void search_octave(const Octave& octave, int number, std::vector<Extremum>& found) {
  const int width = octave[0].width();
  const int height = octave[0].height();
  if (width <= 2 * kBorder || height <= 2 * kBorder) return;
  DifferenceRows rows(octave);
  Row mask(static_cast<std::size_t>(width));
  for (int y = 1; y + 1 < height; ++y) {
    if (y > 1) rows.load(y + 1);
    if (y < kBorder || y >= height - kBorder) continue;
    rows.find_ranges();
    for (int layer = 1; layer <= kLayers; ++layer) {
      rows.mark(y, static_cast<std::size_t>(layer), mask);
      for_each_marked(mask, width, [&](int x) {
        if (const auto extremum = refine(octave, number, x, y, layer)) found.push_back(*extremum);
      });
    }
  }
}

}  // namespace

std::vector<Extremum> find_extrema(const std::vector<Octave>& octaves) {
  std::vector<Extremum> found;
  for (std::size_t o = 0; o < octaves.size(); ++o)
    search_octave(octaves[o], static_cast<int>(o), found);
  return found;
}

}  // namespace ectype::hashing
