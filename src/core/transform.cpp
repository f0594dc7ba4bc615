#include "ectype/transform.hpp"

namespace ectype {

std::string_view to_string(Transform transform) noexcept {
  constexpr std::array<std::string_view, kTransformCount> names{
      "original", "rotate90", "rotate180",  "rotate270",
      "flip_x",   "flip_y",   "flip_plus1", "flip_minus1"};
  return names[static_cast<std::size_t>(transform)];
}

}  // namespace ectype
