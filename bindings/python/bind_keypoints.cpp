#include "convert.hpp"

#include <pybind11/stl.h>

namespace binding {
namespace {

using Signature = ectype::KeypointSignature;

Signature extract(const py::object& source, std::optional<std::uint32_t> max_points,
                  std::optional<std::uint32_t> longest_side, bool query) {
  const Picture picture(source);
  const py::gil_scoped_release release;
  const ectype::Image image = picture.open();
  ectype::KeypointOptions options;
  if (query) options = ectype::KeypointOptions::query(image.info());
  if (max_points) options.max_points = *max_points;
  if (longest_side) options.longest_side = *longest_side;
  return ectype::KeypointExtractor(options)(image);
}

py::bytes to_bytes(const Signature& signature) {
  const std::vector<std::uint8_t> bytes = signature.to_bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Signature from_bytes(const py::bytes& bytes) {
  const std::string_view view = bytes;
  return Signature::from_bytes({reinterpret_cast<const std::uint8_t*>(view.data()), view.size()});
}

template <typename T, T ectype::Keypoint::*field>
py::array_t<T> column(const Signature& signature) {
  std::vector<T> values;
  values.reserve(signature.keypoints.size());
  for (const ectype::Keypoint& point : signature.keypoints) values.push_back(point.*field);
  return take_array(std::move(values));
}

py::array_t<std::uint8_t> descriptors(const Signature& signature) {
  std::vector<ectype::Hash128> hashes;
  for (const ectype::Keypoint& point : signature.keypoints) hashes.push_back(point.descriptor);
  return to_array(hashes);
}

void bind_keypoint_signature(py::module_& module) {
  using ectype::Keypoint;
  py::class_<Signature>(module, "KeypointSignature",
                        R"(Keypoints of a picture, the most telling first.

``descriptors``: uint8 (n, 16). ``x`` and ``y``: uint16 (n,), in 1024ths of the longest side.
``scale``: uint8 (n,), in eighths of an octave. ``angle``: uint8 (n,), of the gradient, in 64ths of a
turn from right to down. ``width`` and ``height``: of the picture, in 1024ths of its longest side.
``to_bytes`` gives 8 bytes and 20 a keypoint; ``from_bytes`` reads them and nothing else.)")
      .def("__len__", [](const Signature& s) { return s.keypoints.size(); })
      .def(
          "__eq__", [](const Signature& a, const Signature& b) { return a == b; },
          py::is_operator())
      .def_property_readonly("width", [](const Signature& s) { return int{s.width}; })
      .def_property_readonly("height", [](const Signature& s) { return int{s.height}; })
      .def_property_readonly("descriptors", &descriptors)
      .def_property_readonly("x", &column<std::uint16_t, &Keypoint::x>)
      .def_property_readonly("y", &column<std::uint16_t, &Keypoint::y>)
      .def_property_readonly("scale", &column<std::uint8_t, &Keypoint::scale>)
      .def_property_readonly("angle", &column<std::uint8_t, &Keypoint::angle>)
      .def("to_bytes", &to_bytes)
      .def_static("from_bytes", &from_bytes)
      .def(py::pickle(&to_bytes, &from_bytes));
}

std::vector<Signature> signatures_from(const py::iterable& signatures) {
  std::vector<Signature> all;
  for (const py::handle each : signatures) {
    if (!py::isinstance<Signature>(each))
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          "give KeypointSignatures, not " + std::string(py::repr(each)));
    all.push_back(each.cast<const Signature&>());
  }
  return all;
}

py::tuple vote(const Signature& query, const Signature& reference, int radius, double tolerance) {
  ectype::KeypointMatch match;
  {
    const py::gil_scoped_release release;
    match = ectype::vote(query, reference, {radius, tolerance});
  }
  return keypoint_match_tuple(match);
}

/// (query, picture, match) for each hit.
py::list match(const ectype::KeypointIndex& index, const py::iterable& queries, int min_inliers,
               int radius, std::uint32_t query_points, int min_calls, std::uint32_t max_candidates,
               double tolerance, int vote_radius) {
  const std::vector<Signature> signatures = signatures_from(queries);
  ectype::KeypointSearchOptions options;
  options.min_inliers = min_inliers;
  options.radius = radius;
  options.query_points = query_points;
  options.min_calls = min_calls;
  options.max_candidates = max_candidates;
  options.vote = {vote_radius, tolerance};
  std::vector<ectype::KeypointHit> hits;
  {
    const py::gil_scoped_release release;
    hits = index.match(signatures, options);
  }
  py::list rows;
  for (const ectype::KeypointHit& hit : hits)
    rows.append(py::make_tuple(hit.query, hit.picture, keypoint_match_tuple(hit.match)));
  return rows;
}

}  // namespace

void bind_keypoints(py::module_& module) {
  bind_keypoint_signature(module);
  module.def("keypoints", &extract, py::arg("picture"), py::arg("max_points"),
             py::arg("longest_side"), py::arg("query"));
  module.def("vote_keypoints", &vote, py::arg("query"), py::arg("reference"), py::arg("radius"),
             py::arg("tolerance"));
  py::class_<ectype::KeypointIndex>(module, "KeypointIndex")
      .def(py::init<>())
      .def("__len__", &ectype::KeypointIndex::size, py::call_guard<py::gil_scoped_release>())
      .def("add",
           [](ectype::KeypointIndex& index, const py::iterable& pictures) {
             const std::vector<Signature> signatures = signatures_from(pictures);
             const py::gil_scoped_release release;
             return index.add(signatures);
           })
      .def("match", &match);
}

}  // namespace binding
