#include "convert.hpp"

namespace binding {
namespace {

py::array_t<std::uint8_t> to_bytes(const ectype::GradientGrid::Hash& hash) {
  return py::array_t<std::uint8_t>(static_cast<py::ssize_t>(hash.values().size()),
                                   hash.values().data());
}

py::tuple gradient_grid(const py::object& source) {
  const Picture picture(source);
  ectype::GradientGridVariants result;
  {
    const py::gil_scoped_release release;
    result = ectype::GradientGrid{}.variants(picture.open());
  }
  return py::make_tuple(to_bytes(result[ectype::Transform::original]), int{result.quality.value},
                        result.quality.degenerate, result.decoded.damage);
}

py::array_t<std::uint16_t> gradient_grid_permutations() {
  const auto all = ectype::GradientGrid::permutations();
  constexpr auto columns = static_cast<py::ssize_t>(ectype::GradientGrid::kBytes);
  return py::array_t<std::uint16_t>({static_cast<py::ssize_t>(all.size()) / columns, columns},
                                    all.data());
}

}  // namespace

void bind_gradient_grid(py::module_& module) {
  module.def("gradient_grid", &gradient_grid, py::arg("picture"));
  module.attr("GRADIENT_GRID_RADIUS") = ectype::GradientGrid::kDefaultRadius;
  module.def("gradient_grid_permutations", &gradient_grid_permutations);
}

}  // namespace binding
