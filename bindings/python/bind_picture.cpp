#include "convert.hpp"

#include <pybind11/stl.h>

namespace binding {
namespace {

py::tuple pdq(const py::object& source, const std::string& profile) {
  const Picture picture(source);
  const ectype::Pdq hasher(profile_from(profile));
  ectype::PdqVariants result;
  {
    const py::gil_scoped_release release;
    result = hasher.variants(picture.open());
  }
  return py::make_tuple(to_array(result[ectype::Transform::original]), int{result.quality.value},
                        result.quality.degenerate, result.decoded.damage);
}

py::tuple pdq_dihedral(const py::object& source, const std::string& profile) {
  const Picture picture(source);
  const ectype::Pdq hasher(profile_from(profile));
  ectype::PdqVariants result;
  {
    const py::gil_scoped_release release;
    result = hasher.variants(picture.open());
  }
  return py::make_tuple(
      to_array(std::vector<ectype::Hash256>(result.hashes.begin(), result.hashes.end())),
      int{result.quality.value}, result.quality.degenerate, result.decoded.damage);
}

py::dict compare(const py::object& a, const py::object& b, const std::string& algorithm,
                 std::optional<int> given_radius) {
  const int radius = given_radius.value_or(ectype::find_algorithm(algorithm).default_radius);
  const Picture first(a);
  const Picture second(b);
  ectype::Comparison result;
  {
    const py::gil_scoped_release release;
    const std::span only(&algorithm, 1);
    result = ectype::compare(ectype::sign(first.open(), only), ectype::sign(second.open(), only),
                             radius);
  }
  py::dict fields;
  fields["verdict"] = std::string(to_string(result.verdict));
  fields["distance"] = result.distance;
  fields["transform"] = std::string(to_string(result.transform));
  fields["recipe"] = result.recipe_a.to_string();
  fields["quality_a"] = int{result.quality_a.value};
  fields["quality_b"] = int{result.quality_b.value};
  fields["damage_a"] = result.damage_a;
  fields["damage_b"] = result.damage_b;
  fields["explanation"] = explain(result, radius);
  return fields;
}

/// Of a picture, or the signature that it is.
ectype::Signature signature_of(const py::object& source, ectype::Level level,
                               ectype::Purpose purpose) {
  if (py::isinstance<ectype::Signature>(source)) return source.cast<ectype::Signature>();
  const Picture picture(source);
  const py::gil_scoped_release release;
  return ectype::sign(picture.open(), level, purpose);
}

py::dict compare_level(const py::object& a, const py::object& b, const std::string& level,
                       double false_matches_per_million) {
  ectype::MatchOptions options;
  options.level = ectype::parse_level(level);
  options.false_matches_per_million = false_matches_per_million;
  const ectype::Signature first = signature_of(a, options.level, ectype::Purpose::query);
  const ectype::Signature second = signature_of(b, options.level, ectype::Purpose::store);
  ectype::LevelComparison result;
  {
    const py::gil_scoped_release release;
    result = ectype::compare(first, second, options);
  }
  py::dict fields;
  fields["verdict"] = std::string(to_string(result.verdict));
  fields["false_matches_per_million"] = result.false_matches_per_million;
  fields["evidence"] = evidence_list(result.evidence);
  fields["damage_a"] = result.damage_a;
  fields["damage_b"] = result.damage_b;
  fields["explanation"] = explain(result);
  return fields;
}

py::bytes explain_picture(const py::object& a, const py::object& b, const std::string& level,
                          bool clear) {
  ectype::MatchOptions options;
  options.level = ectype::parse_level(level);
  const Picture first(a);
  const Picture second(b);
  std::string file;
  {
    const py::gil_scoped_release release;
    const ectype::Image image_a = first.open();
    const ectype::Image image_b = second.open();
    const auto signature_a = ectype::sign(image_a, options.level, ectype::Purpose::query);
    const auto signature_b = ectype::sign(image_b, options.level, ectype::Purpose::store);
    file = ectype::explain_picture(image_a, signature_a, image_b, signature_b,
                                   ectype::compare(signature_a, signature_b, options),
                                   clear ? ectype::Sharpness::clear : ectype::Sharpness::blurred);
  }
  return file;
}

/// (hashes (n, 32), qualities (n,), outcomes, reasons): zero and -1 where a file has no hash.
py::tuple hash_files(const py::iterable& paths, unsigned threads, const std::string& profile,
                     const std::string& worker) {
  std::vector<std::string> names;
  for (const py::handle path : paths)
    names.push_back(fs_encode(py::reinterpret_borrow<py::object>(path)));
  ectype::ScanOptions options;
  options.threads = threads;
  options.profile = profile_from(profile);
  options.isolation = isolation_by(worker);
  const std::vector<ectype::FileResult> results = examine_in_chunks(names, options);
  std::vector<ectype::Hash256> hashes;
  std::vector<std::int16_t> qualities;
  py::list outcomes;
  py::list reasons;
  for (const ectype::FileResult& result : results) {
    const bool hashed = !result.signature.hashes.empty();
    hashes.push_back(hashed ? result.signature.hashes[0].hash().as<ectype::Hash256>()
                            : ectype::Hash256{});
    qualities.push_back(hashed ? std::int16_t{result.signature.hashes[0].quality.value}
                               : std::int16_t{-1});
    outcomes.append(std::string(to_string(result.outcome)));
    reasons.append(ectype::replace_invalid_utf8(result.reason));
  }
  return py::make_tuple(to_array(hashes), take_array(std::move(qualities)), outcomes, reasons);
}

}  // namespace

void bind_picture(py::module_& module) {
  module.def("pdq", &pdq, py::arg("picture"), py::arg("profile"));
  module.def("pdq_dihedral", &pdq_dihedral, py::arg("picture"), py::arg("profile"));
  module.def("compare", &compare, py::arg("a"), py::arg("b"), py::arg("algorithm"),
             py::arg("radius"));
  module.def("compare_level", &compare_level, py::arg("a"), py::arg("b"), py::arg("level"),
             py::arg("false_matches_per_million"));
  module.def("explain_picture", &explain_picture, py::arg("a"), py::arg("b"), py::arg("level"),
             py::arg("clear"));
  module.def("hash_files", &hash_files, py::arg("paths"), py::arg("threads"), py::arg("profile"),
             py::arg("worker"));
}

}  // namespace binding
