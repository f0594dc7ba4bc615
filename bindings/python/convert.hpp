#pragma once

#include <ectype/ectype.hpp>

#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

namespace binding {

namespace py = pybind11;

/// A picture given as a path (str, bytes-like path or os.PathLike), as encoded bytes, or as an
/// array of uint8, (H, W) gray or (H, W, 3) RGB, of any stride. Keeps what it looks at alive.
class Picture {
 public:
  explicit Picture(const py::object& source);
  /// Opens or views; to be called without the GIL.
  [[nodiscard]] ectype::Image open(const ectype::Limits& limits = {}) const;
  /// The file, where it is one.
  [[nodiscard]] const std::optional<std::string>& path() const { return path_; }

 private:
  py::object keep_;
  std::optional<std::string> path_;
  std::span<const std::uint8_t> bytes_;
  std::optional<ectype::PixelView> pixels_;
};

/// File name as bytes, as os.fsencode gives it, and back.
std::string fs_encode(const py::object& path);
py::object fs_decode(const std::string& path);

/// (Bytes,) and (n, Bytes) arrays of uint8 in the order of the hexadecimal text.
template <typename Hash>
py::array_t<std::uint8_t> to_array(const Hash& hash) {
  const auto bytes = hash.to_bytes();
  return py::array_t<std::uint8_t>(static_cast<py::ssize_t>(bytes.size()), bytes.data());
}

template <typename Hash>
py::array_t<std::uint8_t> to_array(const std::vector<Hash>& hashes) {
  py::array_t<std::uint8_t> array(
      {static_cast<py::ssize_t>(hashes.size()), static_cast<py::ssize_t>(Hash::bytes)});
  std::uint8_t* out = array.mutable_data();
  for (const Hash& hash : hashes) {
    const auto bytes = hash.to_bytes();
    out = std::copy(bytes.begin(), bytes.end(), out);
  }
  return array;
}

/// The array as (n, columns) of uint8; (columns,) counts as one row. Throws Error
/// (invalid_argument) that says what was given.
py::array_t<std::uint8_t> as_rows(const py::object& array, py::ssize_t columns);

/// Hashes from `count` rows of bytes in the order of their hexadecimal text.
template <typename Hash>
void read_hashes(const std::uint8_t* rows, std::span<Hash> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    typename Hash::Bytes bytes;
    std::copy_n(rows + i * bytes.size(), bytes.size(), bytes.begin());
    out[i] = Hash::from_bytes(bytes);
  }
}

template <typename Hash>
std::vector<Hash> hashes_from(const py::object& array) {
  const auto rows = as_rows(array, Hash::bytes);
  std::vector<Hash> hashes(static_cast<std::size_t>(rows.shape(0)));
  if (!hashes.empty()) read_hashes<Hash>(rows.data(), hashes);
  return hashes;
}

/// A one-dimensional array that takes over `values`.
template <typename T>
py::array_t<T> take_array(std::vector<T> values) {
  auto* owned = new std::vector<T>(std::move(values));
  const py::capsule owner(owned, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(static_cast<py::ssize_t>(owned->size()), owned->data(), owner);
}

/// (inliers, mirrored, inverted, transform, reference region, query region)
py::tuple keypoint_match_tuple(const ectype::KeypointMatch& match);

/// The same, or None.
py::object keypoints_of(const ectype::MatchEvidence& evidence);
/// (recipe, distance, inliers) each.
py::list evidence_list(const std::vector<ectype::MatchEvidence>& evidence);

/// (query, row, distance) as three arrays.
py::tuple to_arrays(const std::vector<ectype::Hit>& hits);
std::vector<std::uint64_t> row_numbers(const py::object& rows);

/// Decoding in processes of this program; none where it is empty.
std::optional<ectype::IsolationOptions> isolation_by(const std::string& worker);

/// As ectype::examine_files, without the GIL, and stopped by Ctrl-C.
std::vector<ectype::FileResult> examine_in_chunks(std::span<const std::string> paths,
                                                  const ectype::ScanOptions& options);

ectype::PdqProfile profile_from(const std::string& name);

void bind_picture(py::module_& module);
void bind_family(py::module_& module);
void bind_byte_index(py::module_& module);
void bind_gradient_grid(py::module_& module);
void bind_index(py::module_& module);
void bind_signature(py::module_& module);
void bind_hash_set(py::module_& module);
void bind_scan(py::module_& module);
void bind_quarantine(py::class_<ectype::HashSet>& binding);
void bind_keypoints(py::module_& module);

}  // namespace binding
