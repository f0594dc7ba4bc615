#include "ectype/explain_picture.hpp"

#include "hashing/keypoints/working_picture.hpp"
#include "image/encode_png.hpp"
#include "match/canvas.hpp"
#include "match/probes.hpp"

#include "ectype/gradient_grid.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace ectype {
namespace {

using hashing::Plane;
using match::Canvas;
using match::Colour;
using match::Panel;

constexpr int kPanelSide = 320;
constexpr int kMargin = 28;
constexpr std::uint32_t kBlurredSide = 24;
constexpr Colour kGround{40, 40, 40};
constexpr Colour kKeypoints{255, 210, 0};
constexpr Colour kContent{60, 140, 255};

Plane reduce(const Image& image, Sharpness sharpness) {
  return match::reduced(image, sharpness == Sharpness::blurred ? kBlurredSide : kPanelSide);
}

/// Of the picture's own shape, which a reduced copy shows only roughly, in the middle of a square.
Panel place_in(int column, const ImageInfo& info, bool turned) {
  double width = info.width;
  double height = info.height;
  if ((info.orientation >= 5) != turned) std::swap(width, height);
  const double scale = kPanelSide / std::max(width, height);
  const int w = std::max(1, static_cast<int>(width * scale + 0.5));
  const int h = std::max(1, static_cast<int>(height * scale + 0.5));
  return {kMargin + column * (kPanelSide + kMargin) + (kPanelSide - w) / 2,
          kMargin + (kPanelSide - h) / 2, w, h};
}

std::array<PicturePoint, 4> corners_of(const ContentRectangle& part) {
  return {{{part.left, part.top},
           {part.right, part.top},
           {part.right, part.bottom},
           {part.left, part.bottom}}};
}

std::array<PicturePoint, 4> moved(std::array<PicturePoint, 4> corners, Transform transform) {
  for (PicturePoint& corner : corners) corner = match::moved(corner, transform);
  return corners;
}

/// The part of a picture that a hash of that region stands for.
ContentRectangle part_of(Region region, const Signature& signature) {
  return region == Region::content ? signature.content.value_or(ContentRectangle{})
                                   : ContentRectangle{};
}

using Grid = std::vector<std::uint8_t>;

/// The two hashes that evidence of GradientGrid compares.
std::optional<std::pair<Grid, Grid>> grids_of(const MatchEvidence& evidence, const Signature& a,
                                              const Signature& b, const MatchOptions& options) {
  const auto probes = match::make_probes(std::span(&a, 1), options);
  for (const auto& [key, list] : probes) {
    if (key.algorithm != evidence.recipe.algorithm) continue;
    for (const match::Probe& probe : list) {
      if (probe.transform != evidence.transform || probe.inverted != evidence.inverted ||
          probe.hash->region != evidence.query_region)
        continue;
      for (const SignatureHash& known : b.hashes)
        if (known.recipe == evidence.recipe && known.region == evidence.region)
          return {{probe.value.to_bytes(), known.hash().to_bytes()}};
    }
  }
  return std::nullopt;
}

/// From green to red, over distances of unrelated cells.
Colour colour_of(double share) {
  const double red = std::clamp(share, 0.0, 1.0);
  return {static_cast<std::uint8_t>(40 + 200 * red), static_cast<std::uint8_t>(190 - 150 * red),
          60};
}

void draw_cells(Canvas& canvas, const std::pair<Grid, Grid>& grids, const ContentRectangle& part,
                const Panel& panel) {
  constexpr int cells = GradientGrid::kCells;
  // Unrelated pictures are about four times the default radius apart.
  constexpr double unrelated = 4.0 * GradientGrid::kDefaultRadius / (cells * cells);
  const auto x_at = [&](int column) {
    return panel.left +
           static_cast<int>((part.left + (part.right - part.left) * column / cells) * panel.width);
  };
  const auto y_at = [&](int row) {
    return panel.top +
           static_cast<int>((part.top + (part.bottom - part.top) * row / cells) * panel.height);
  };
  for (int row = 0; row < cells; ++row)
    for (int column = 0; column < cells; ++column) {
      double distance = 0;
      for (std::size_t direction = 0; direction < GradientGrid::kDirections; ++direction) {
        const std::size_t at = GradientGrid::byte_of(static_cast<std::size_t>(row),
                                                     static_cast<std::size_t>(column), direction);
        const int apart = int{grids.first[at]} - int{grids.second[at]};
        distance += apart * apart;
      }
      canvas.fill({x_at(column), y_at(row), x_at(column + 1) - x_at(column) - 1,
                   y_at(row + 1) - y_at(row) - 1},
                  colour_of(distance / unrelated));
    }
}

}  // namespace

std::string explain_picture(const Image& a, const Signature& signature_a, const Image& b,
                            const Signature& signature_b, const LevelComparison& comparison,
                            Sharpness sharpness) {
  MatchOptions options;
  options.level = comparison.level;
  options.false_matches_per_million = comparison.allowed_per_million;
  std::optional<std::pair<Grid, Grid>> grids;
  Region grid_region = Region::whole;
  for (const MatchEvidence& evidence : comparison.evidence)
    if (evidence.recipe.algorithm == GradientGrid().recipe().algorithm) {
      grids = grids_of(evidence, signature_a, signature_b, options);
      grid_region = evidence.region;
    }

  const Transform shown_as =
      comparison.evidence.empty() ? Transform::original : comparison.evidence.front().transform;
  const int panels = grids ? 3 : 2;
  Canvas canvas(kMargin + panels * (kPanelSide + kMargin), kPanelSide + 2 * kMargin, kGround);
  const Panel place_a = place_in(0, a.info(), match::swaps_sides(shown_as));
  const Panel place_b = place_in(1, b.info(), false);
  canvas.draw(match::transformed(reduce(a, sharpness), shown_as), place_a);
  canvas.draw(reduce(b, sharpness), place_b);
  for (const MatchEvidence& evidence : comparison.evidence) {
    if (evidence.query_region == Region::content)
      canvas.outline(moved(corners_of(part_of(Region::content, signature_a)), shown_as), place_a,
                     kContent);
    if (evidence.region == Region::content)
      canvas.outline(corners_of(part_of(Region::content, signature_b)), place_b, kContent);
    if (!evidence.keypoints || evidence.keypoints->inliers == 0) continue;
    canvas.outline(moved(evidence.keypoints->query_region, shown_as), place_a, kKeypoints);
    canvas.outline(evidence.keypoints->reference_region, place_b, kKeypoints);
  }
  if (grids)
    draw_cells(canvas, *grids, part_of(grid_region, signature_b), place_in(2, b.info(), false));
  return image::encode_png(canvas.rgb(), static_cast<std::uint32_t>(canvas.width()),
                           static_cast<std::uint32_t>(canvas.height()));
}

}  // namespace ectype
