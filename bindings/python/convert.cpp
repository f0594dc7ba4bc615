#include "convert.hpp"

#include <pybind11/stl.h>

namespace binding {
namespace {

using ectype::Error;
using ectype::ErrorCode;

std::string type_name(const py::object& object) {
  return py::str(py::type::of(object).attr("__name__"));
}

std::string describe(const py::array& array) {
  return "an array of " + std::string(py::str(array.dtype())) + " with shape " +
         std::string(py::str(array.attr("shape")));
}

ectype::PixelView view_of(const py::array& array) {
  const bool gray = array.ndim() == 2;
  const bool color = array.ndim() == 3 && array.shape(2) == 3;
  if (!py::isinstance<py::array_t<std::uint8_t>>(array) || (!gray && !color))
    throw Error(ErrorCode::invalid_argument,
                describe(array) +
                    " is not a picture: give uint8 of shape (H, W) for gray or (H, W, 3) for RGB");
  if (array.shape(0) == 0 || array.shape(1) == 0)
    throw Error(ErrorCode::invalid_argument, describe(array) + " is an empty picture");
  ectype::PixelView view;
  view.data = array.data();
  view.height = static_cast<std::uint32_t>(array.shape(0));
  view.width = static_cast<std::uint32_t>(array.shape(1));
  view.row_stride = array.strides(0);
  view.pixel_stride = array.strides(1);
  view.channel_stride = color ? array.strides(2) : 1;
  view.channels = color ? ectype::Channels::rgb : ectype::Channels::gray;
  return view;
}

}  // namespace

std::string fs_encode(const py::object& path) {
  return py::cast<std::string>(py::module_::import("os").attr("fsencode")(path));
}

py::object fs_decode(const std::string& path) {
  return py::module_::import("os").attr("fsdecode")(py::bytes(path));
}

Picture::Picture(const py::object& source) : keep_(source) {
  if (py::isinstance<py::array>(source)) {
    pixels_ = view_of(py::cast<py::array>(source));
  } else if (py::isinstance<py::bytes>(source) || PyByteArray_Check(source.ptr()) ||
             PyMemoryView_Check(source.ptr())) {
    // bytes() of a bytearray is a copy: its memory may move while the GIL is released.
    keep_ = py::module_::import("builtins").attr("bytes")(source);
    const std::string_view view = py::cast<std::string_view>(keep_);
    bytes_ = {reinterpret_cast<const std::uint8_t*>(view.data()), view.size()};
  } else if (py::isinstance<py::str>(source) || py::hasattr(source, "__fspath__")) {
    path_ = fs_encode(source);
  } else {
    throw Error(ErrorCode::invalid_argument,
                "a " + type_name(source) +
                    " is not a picture: give a path, encoded bytes or an array of uint8");
  }
}

ectype::Image Picture::open(const ectype::Limits& limits) const {
  if (pixels_) return ectype::Image::view(*pixels_);
  if (path_) return ectype::Image::open(std::filesystem::path(*path_), limits);
  return ectype::Image::open(bytes_, limits);
}

py::array_t<std::uint8_t> as_rows(const py::object& object, py::ssize_t columns) {
  const py::array array = py::array::ensure(object);
  const bool row = array && array.ndim() == 1 && array.shape(0) == columns;
  const bool rows = array && array.ndim() == 2 && array.shape(1) == columns;
  if (!array || !py::isinstance<py::array_t<std::uint8_t>>(array) || (!row && !rows)) {
    PyErr_Clear();
    throw Error(ErrorCode::invalid_argument,
                (array ? describe(array) : "a " + type_name(object)) +
                    " is not a list of hashes: give uint8 of shape (n, " + std::to_string(columns) +
                    ") or (" + std::to_string(columns) + ",)");
  }
  const py::array_t<std::uint8_t, py::array::c_style> plain(array);
  return row ? py::array_t<std::uint8_t>(plain.attr("reshape")(1, columns))
             : py::array_t<std::uint8_t>(plain);
}

std::optional<ectype::IsolationOptions> isolation_by(const std::string& worker) {
  if (worker.empty()) return std::nullopt;
  ectype::IsolationOptions isolation;
  isolation.worker = worker;
  return isolation;
}

std::vector<ectype::FileResult> examine_in_chunks(std::span<const std::string> paths,
                                                  const ectype::ScanOptions& options) {
  constexpr std::size_t at_once = 256;
  std::vector<ectype::FileResult> all;
  for (std::size_t first = 0; first < paths.size(); first += at_once) {
    const auto chunk = paths.subspan(first, std::min(at_once, paths.size() - first));
    std::vector<ectype::FileResult> results;
    {
      const py::gil_scoped_release release;
      results = ectype::examine_files(chunk, options);
    }
    std::move(results.begin(), results.end(), std::back_inserter(all));
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  return all;
}

ectype::PdqProfile profile_from(const std::string& name) {
  if (name == "exact") return ectype::PdqProfile::exact;
  if (name == "fast") return ectype::PdqProfile::fast;
  throw Error(ErrorCode::invalid_argument, "profile is '" + name + "'; give 'exact' or 'fast'");
}

py::tuple keypoint_match_tuple(const ectype::KeypointMatch& match) {
  const auto corners = [](const std::array<ectype::PicturePoint, 4>& region) {
    py::list list;
    for (const ectype::PicturePoint& corner : region)
      list.append(py::make_tuple(corner.x, corner.y));
    return list;
  };
  return py::make_tuple(match.inliers, match.mirrored, match.inverted, match.transform,
                        corners(match.reference_region), corners(match.query_region));
}

py::object keypoints_of(const ectype::MatchEvidence& evidence) {
  if (!evidence.keypoints) return py::none();
  return keypoint_match_tuple(*evidence.keypoints);
}

py::list evidence_list(const std::vector<ectype::MatchEvidence>& evidence) {
  py::list all;
  for (const ectype::MatchEvidence& each : evidence)
    all.append(py::make_tuple(each.recipe.to_string(), each.distance,
                              each.keypoints ? each.keypoints->inliers : -1));
  return all;
}

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

}  // namespace binding
