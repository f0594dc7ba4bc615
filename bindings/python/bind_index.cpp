#include "convert.hpp"

namespace binding {
namespace {

/// (query, row, distance) as three arrays.
py::tuple to_arrays(const std::vector<ectype::Hit>& hits) {
  std::vector<std::int64_t> queries;
  std::vector<std::int64_t> rows;
  std::vector<std::int32_t> distances;
  for (const ectype::Hit& hit : hits) {
    queries.push_back(hit.query);
    rows.push_back(static_cast<std::int64_t>(hit.row));
    distances.push_back(static_cast<std::int32_t>(hit.distance));
  }
  return py::make_tuple(take_array(std::move(queries)), take_array(std::move(rows)),
                        take_array(std::move(distances)));
}

std::vector<std::uint64_t> row_numbers(const py::object& rows) {
  std::vector<std::uint64_t> numbers;
  for (const py::handle row : py::iter(rows)) {
    const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(row.ptr()));
    const long long number = index ? PyLong_AsLongLong(index.ptr()) : -1;
    if (PyErr_Occurred() != nullptr) PyErr_Clear();
    if (number < 0)
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          std::string(py::repr(row)) + " is not a row number");
    numbers.push_back(static_cast<std::uint64_t>(number));
  }
  return numbers;
}

template <typename Hash>
void bind_linear_index(py::module_& module, const char* name) {
  using Index = ectype::LinearIndex<Hash>;
  using Hashes = std::vector<Hash>;
  py::class_<Index>(module, name)
      .def(py::init<>())
      .def("add",
           [](Index& index, const py::object& hashes) {
             const Hashes rows = hashes_from<Hash>(hashes);
             return index.add(rows);
           })
      .def("remove", [](Index& index, const py::object& rows) { index.remove(row_numbers(rows)); })
      .def("__len__", &Index::size)
      .def_property_readonly("row_count", &Index::row_count)
      .def("within",
           [](const Index& index, const py::object& queries, int radius) {
             const Hashes rows = hashes_from<Hash>(queries);
             std::vector<ectype::Hit> hits;
             {
               const py::gil_scoped_release release;
               hits = index.within(rows, radius);
             }
             return to_arrays(hits);
           })
      .def("nearest", [](const Index& index, const py::object& queries, std::size_t k) {
        const Hashes rows = hashes_from<Hash>(queries);
        std::vector<ectype::Hit> hits;
        {
          const py::gil_scoped_release release;
          hits = index.nearest(rows, k);
        }
        return to_arrays(hits);
      });
}

}  // namespace

void bind_index(py::module_& module) {
  bind_linear_index<ectype::Hash64>(module, "LinearIndex64");
  bind_linear_index<ectype::Hash128>(module, "LinearIndex128");
  bind_linear_index<ectype::Hash256>(module, "LinearIndex256");
}

}  // namespace binding
