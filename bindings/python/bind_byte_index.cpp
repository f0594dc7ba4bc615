#include "convert.hpp"

#include <limits>

namespace binding {
namespace {

std::span<const std::uint8_t> bytes_of(const py::array_t<std::uint8_t>& rows) {
  return {rows.data(), static_cast<std::size_t>(rows.size())};
}

ectype::ByteMetric byte_metric_from(const std::string& name) {
  if (name == "squared_l2") return ectype::ByteMetric::squared_l2;
  if (name == "l1") return ectype::ByteMetric::l1;
  throw ectype::Error(ectype::ErrorCode::invalid_argument,
                      "metric is '" + name + "'; give 'squared_l2' or 'l1'");
}

/// Calls search(queries) without the GIL. An array that is in order already is read in place.
template <typename Search>
py::tuple search_bytes(const ectype::ByteIndex& index, const py::object& queries, Search search) {
  const auto rows = as_rows(queries, static_cast<py::ssize_t>(index.vector_size()));
  std::vector<ectype::Hit> hits;
  {
    const py::gil_scoped_release release;
    hits = search(bytes_of(rows));
  }
  return to_arrays(hits);
}

}  // namespace

void bind_byte_index(py::module_& module) {
  using ectype::ByteIndex;
  py::class_<ByteIndex>(module, "ByteIndex")
      .def(py::init([](std::size_t size, const std::string& metric) {
        return ByteIndex(size, byte_metric_from(metric));
      }))
      .def("add",
           [](ByteIndex& index, const py::object& vectors) {
             return index.add(
                 bytes_of(as_rows(vectors, static_cast<py::ssize_t>(index.vector_size()))));
           })
      .def("remove",
           [](ByteIndex& index, const py::object& rows) { index.remove(row_numbers(rows)); })
      .def("__len__", &ByteIndex::size)
      .def_property_readonly("row_count", &ByteIndex::row_count)
      .def("within",
           [](const ByteIndex& index, const py::object& queries, long long radius,
              double min_entropy) {
             if (radius < 0 || radius > std::numeric_limits<std::uint32_t>::max())
               throw ectype::Error(ectype::ErrorCode::invalid_argument,
                                   "radius is " + std::to_string(radius) + "; give 0 to 2^32 - 1");
             return search_bytes(index, queries, [&](std::span<const std::uint8_t> vectors) {
               return index.within(vectors, static_cast<std::uint32_t>(radius), min_entropy);
             });
           })
      .def("nearest", [](const ByteIndex& index, const py::object& queries, std::size_t k) {
        return search_bytes(index, queries, [&](std::span<const std::uint8_t> vectors) {
          return index.nearest(vectors, k);
        });
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
