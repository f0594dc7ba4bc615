#include "convert.hpp"

namespace binding {
namespace {

py::list algorithms() {
  py::list all;
  for (const ectype::AlgorithmInfo& info : ectype::algorithms()) {
    const bool hamming = info.kind.metric == ectype::Metric::hamming;
    all.append(py::make_tuple(info.name, hamming ? "hamming" : "squared_l2", info.kind.bytes,
                              info.default_radius, info.summary, info.source, info.quality));
  }
  return all;
}

/// (n, bytes) of the hash alone, or of the hashes of the eight transforms.
py::array_t<std::uint8_t> variants_array(const ectype::SignatureHash& hash) {
  const auto columns = static_cast<py::ssize_t>(hash.hash().kind().bytes);
  py::array_t<std::uint8_t> array({static_cast<py::ssize_t>(hash.variants.size()), columns});
  std::uint8_t* out = array.mutable_data();
  for (const ectype::HashValue& variant : hash.variants) {
    const auto bytes = variant.to_bytes();
    out = std::copy(bytes.begin(), bytes.end(), out);
  }
  return array;
}

/// ({name: (variants, quality, degenerate, recipe)}, damage, intact)
py::tuple sign(const py::object& source, const std::string& algorithms,
               const std::string& profile) {
  const std::vector<std::string> names = ectype::parse_algorithms(algorithms);
  const Picture picture(source);
  ectype::Signature signature;
  {
    const py::gil_scoped_release release;
    signature = ectype::sign(picture.open(), names, profile_from(profile));
  }
  py::dict hashes;
  for (const ectype::SignatureHash& hash : signature.hashes)
    hashes[py::str(hash.recipe.algorithm)] =
        py::make_tuple(variants_array(hash), int{hash.quality.value}, hash.quality.degenerate,
                       hash.recipe.to_string());
  return py::make_tuple(hashes, signature.damage, signature.intact);
}

std::string iscc_code(const py::object& hash) {
  const py::array bytes = py::array::ensure(hash);
  const py::ssize_t size = bytes ? bytes.size() : 0;
  const auto row = as_rows(hash, size);
  return ectype::iscc_image_code(
      ectype::HashValue::from_bytes(ectype::bit_kind(static_cast<std::uint32_t>(8 * size)),
                                    std::span(row.data(), static_cast<std::size_t>(size))));
}

}  // namespace

void bind_family(py::module_& module) {
  module.def("algorithms", &algorithms);
  module.def("sign", &sign, py::arg("picture"), py::arg("algorithms"), py::arg("profile"));
  module.def("iscc_code", &iscc_code, py::arg("hash"));
}

}  // namespace binding
