#include "convert.hpp"

#include <pybind11/stl.h>

namespace binding {
namespace {

using ectype::Signature;

ectype::Purpose purpose_from(const std::string& name) {
  if (name == "query") return ectype::Purpose::query;
  if (name == "store") return ectype::Purpose::store;
  throw ectype::Error(ectype::ErrorCode::invalid_argument,
                      "purpose is '" + name + "'; give 'query' or 'store'");
}

Signature sign_level(const py::object& source, const std::string& level,
                     const std::string& purpose) {
  const ectype::Level wanted = ectype::parse_level(level);
  const ectype::Purpose use = purpose_from(purpose);
  const Picture picture(source);
  const py::gil_scoped_release release;
  return ectype::sign(picture.open(), wanted, use);
}

py::bytes to_bytes(const Signature& signature) {
  const std::vector<std::uint8_t> bytes = signature.to_bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Signature from_bytes(const std::string& bytes) {
  return Signature::from_bytes(
      std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

/// (recipe, region, quality, degenerate, variants as bytes) each.
py::list hashes(const Signature& signature) {
  py::list all;
  for (const ectype::SignatureHash& hash : signature.hashes) {
    py::list variants;
    for (const ectype::HashValue& variant : hash.variants) {
      const std::vector<std::uint8_t> bytes = variant.to_bytes();
      variants.append(py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
    all.append(py::make_tuple(hash.recipe.to_string(), std::string(to_string(hash.region)),
                              int{hash.quality.value}, hash.quality.degenerate, variants));
  }
  return all;
}

py::object content(const Signature& signature) {
  if (!signature.content) return py::none();
  const ectype::ContentRectangle& part = *signature.content;
  return py::make_tuple(part.left, part.top, part.right, part.bottom);
}

}  // namespace

void bind_signature(py::module_& module) {
  py::class_<Signature>(module, "LevelSignature")
      .def_property_readonly("hashes", &hashes)
      .def_property_readonly("content", &content)
      .def_property_readonly("damage", [](const Signature& self) { return self.damage; })
      .def("to_bytes", &to_bytes)
      .def_static("from_bytes", &from_bytes, py::arg("data"))
      .def(py::pickle(&to_bytes, [](const py::bytes& state) { return from_bytes(state); }));
  module.def("sign_level", &sign_level, py::arg("picture"), py::arg("level"), py::arg("purpose"));
}

}  // namespace binding
