#include "convert.hpp"
#include "guarded.hpp"

#include <functional>
#include <limits>

namespace binding {
namespace {

using ectype::ByteIndex;

std::span<const std::uint8_t> bytes_of(const py::array_t<std::uint8_t>& rows) {
  return {rows.data(), static_cast<std::size_t>(rows.size())};
}

ectype::ByteMetric byte_metric_from(const std::string& name) {
  if (name == "squared_l2") return ectype::ByteMetric::squared_l2;
  if (name == "l1") return ectype::ByteMetric::l1;
  throw ectype::Error(ectype::ErrorCode::invalid_argument,
                      "metric is '" + name + "'; give 'squared_l2' or 'l1'");
}

/// How long the vectors of an index are does not change: reading it needs no lock.
struct SharedIndex : Guarded<ByteIndex> {
  SharedIndex(std::size_t vector_size, ectype::ByteMetric metric)
      : Guarded(vector_size, metric), size(static_cast<py::ssize_t>(vector_size)) {}
  py::ssize_t size;
};

}  // namespace

void bind_byte_index(py::module_& module) {
  // An array that is in order already is read in place.
  py::class_<SharedIndex>(module, "ByteIndex")
      .def(py::init([](std::size_t size, const std::string& metric) {
        return std::make_unique<SharedIndex>(size, byte_metric_from(metric));
      }))
      .def("add",
           [](SharedIndex& shared, const py::object& vectors) {
             const auto rows = as_rows(vectors, shared.size);
             return shared.change([&](ByteIndex& index) { return index.add(bytes_of(rows)); });
           })
      .def("remove",
           [](SharedIndex& shared, const py::object& rows) {
             const std::vector<std::uint64_t> numbers = row_numbers(rows);
             shared.change([&](ByteIndex& index) { index.remove(numbers); });
           })
      .def("__len__",
           [](const SharedIndex& shared) { return shared.read(std::mem_fn(&ByteIndex::size)); })
      .def_property_readonly(
          "row_count",
          [](const SharedIndex& shared) { return shared.read(std::mem_fn(&ByteIndex::row_count)); })
      .def("within",
           [](const SharedIndex& shared, const py::object& queries, long long radius,
              double min_entropy) {
             if (radius < 0 || radius > std::numeric_limits<std::uint32_t>::max())
               throw ectype::Error(ectype::ErrorCode::invalid_argument,
                                   "radius is " + std::to_string(radius) + "; give 0 to 2^32 - 1");
             const auto rows = as_rows(queries, shared.size);
             return to_arrays(shared.read([&](const ByteIndex& index) {
               return index.within(bytes_of(rows), static_cast<std::uint32_t>(radius), min_entropy);
             }));
           })
      .def("nearest", [](const SharedIndex& shared, const py::object& queries, std::size_t k) {
        const auto rows = as_rows(queries, shared.size);
        return to_arrays(
            shared.read([&](const ByteIndex& index) { return index.nearest(bytes_of(rows), k); }));
      });
  module.def("byte_entropy", [](const py::object& vectors, py::ssize_t size) {
    const auto rows = as_rows(vectors, size);
    std::vector<double> entropies;
    for (py::ssize_t i = 0; i < rows.shape(0); ++i)
      entropies.push_back(ectype::byte_entropy({rows.data(i, 0), static_cast<std::size_t>(size)}));
    return take_array(std::move(entropies));
  });
}

}  // namespace binding
