// Which byte of a GradientGrid becomes which when the picture is turned, mirrored or inverted.

#include "ectype/gradient_grid.hpp"

namespace ectype {
namespace {

constexpr int kCells = GradientGrid::kCells;
constexpr std::size_t kDirections = GradientGrid::kDirections;

using Permutations = std::array<std::uint16_t, 2 * kTransformCount * GradientGrid::kBytes>;

struct Vector {
  int x, y;  // y downwards
  constexpr bool operator==(const Vector&) const = default;
};

/// Where in the picture that lies which is at `v` from the centre of the transformed one.
constexpr Vector source_of(Vector v, Transform transform) {
  switch (transform) {
    case Transform::original:
      return v;
    case Transform::rotate90:
      return {-v.y, v.x};
    case Transform::rotate180:
      return {-v.x, -v.y};
    case Transform::rotate270:
      return {v.y, -v.x};
    case Transform::flip_x:
      return {v.x, -v.y};
    case Transform::flip_y:
      return {-v.x, v.y};
    case Transform::flip_plus1:
      return {v.y, v.x};
    case Transform::flip_minus1:
      return {-v.y, -v.x};
  }
  return v;
}

constexpr std::array<Vector, kDirections> kCompass{
    {{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}};

constexpr std::size_t direction_of(Vector v) {
  std::size_t direction = 0;
  while (kCompass[direction] != v) ++direction;
  return direction;
}

/// Twice the distance from the centre, so that it is whole; and back.
constexpr int from_centre(int cell) { return 2 * cell + 1 - kCells; }
constexpr std::size_t cell_at(int distance) {
  return static_cast<std::size_t>((distance + kCells - 1) / 2);
}

constexpr Permutations make_permutations() {
  Permutations permutations{};
  auto permutation = permutations.begin();
  for (const std::size_t turned : {std::size_t{0}, kDirections / 2}) {  // inverted: the other way
    for (const Transform transform : kTransforms) {
      for (int row = 0; row < kCells; ++row) {
        for (int column = 0; column < kCells; ++column) {
          const Vector place{from_centre(column), from_centre(row)};
          const Vector source = source_of(place, transform);
          for (const Vector towards : kCompass) {
            const std::size_t to =
                GradientGrid::byte_of(cell_at(place.y), cell_at(place.x), direction_of(towards));
            const std::size_t direction = direction_of(source_of(towards, transform)) + turned;
            permutation[to] = static_cast<std::uint16_t>(GradientGrid::byte_of(
                cell_at(source.y), cell_at(source.x), direction % kDirections));
          }
        }
      }
      permutation += GradientGrid::kBytes;
    }
  }
  return permutations;
}

constexpr Permutations kPermutations = make_permutations();

}  // namespace

std::span<const std::uint16_t> GradientGrid::permutations() noexcept { return kPermutations; }

GradientGrid::Hash GradientGrid::permuted(const Hash& hash, Transform transform, bool inverted) {
  const std::size_t variant =
      static_cast<std::size_t>(transform) + (inverted ? kTransformCount : 0);
  const auto permutation = permutations().subspan(variant * kBytes, kBytes);
  Hash::Values values;
  for (std::size_t i = 0; i < kBytes; ++i) values[i] = hash.values()[permutation[i]];
  return Hash(values);
}

}  // namespace ectype
