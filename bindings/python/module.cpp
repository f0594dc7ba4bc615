#include "convert.hpp"

namespace {

/// Python's ectype.Error, with the code's name in `.code`.
void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const ectype::Error& error) {
    namespace py = pybind11;
    const py::object type = py::module_::import("ectype._errors").attr("Error");
    // A message may hold a file name that is not UTF-8.
    const py::object instance =
        type(ectype::replace_invalid_utf8(error.what()), std::string(to_string(error.code())));
    PyErr_SetObject(type.ptr(), instance.ptr());
  }
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  namespace py = pybind11;
  py::register_exception_translator(&translate);
  module.def("version", [] { return std::string(ectype::version()); });
  module.def("cpu_level", [] { return std::string(to_string(ectype::active_cpu_level())); });
  module.def("codec_versions", &ectype::codec_versions);
  py::list names;
  for (const ectype::Transform transform : ectype::kTransforms)
    names.append(std::string(to_string(transform)));
  module.attr("TRANSFORMS") = py::tuple(names);
  binding::bind_picture(module);
  binding::bind_family(module);
  binding::bind_byte_index(module);
  binding::bind_gradient_grid(module);
  binding::bind_index(module);
  binding::bind_signature(module);
  binding::bind_hash_set(module);
  binding::bind_scan(module);
  binding::bind_keypoints(module);
}
