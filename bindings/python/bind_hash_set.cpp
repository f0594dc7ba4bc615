#include "convert.hpp"

#include <pybind11/stl.h>

namespace binding {
namespace {

using ectype::HashSet;

py::dict info(const HashSet& set) {
  ectype::HashSetInfo facts;
  {
    const py::gil_scoped_release release;
    facts = set.info();
  }
  py::dict recipes;
  for (const ectype::RecipeCount& count : facts.recipes)
    recipes[py::str(count.recipe.to_string())] = count.hashes;
  py::dict fields;
  fields["uuid"] = facts.uuid;
  fields["generation"] = facts.generation;
  fields["created"] = facts.created;
  fields["format"] = facts.format_version;
  fields["items"] = facts.items;
  fields["hashes"] = facts.hashes;
  fields["recipes"] = recipes;
  fields["sources"] = facts.sources;
  return fields;
}

/// Signs pictures one after the other; a picture that cannot be read is the caller's error.
std::vector<ectype::Signature> sign_all(const py::iterable& pictures) {
  std::vector<ectype::Signature> signatures;
  for (const py::handle handle : pictures) {
    const Picture picture(py::reinterpret_borrow<py::object>(handle));
    const py::gil_scoped_release release;
    signatures.push_back(ectype::sign(picture.open()));
  }
  return signatures;
}

py::tuple add(HashSet& set, const py::iterable& pictures, const std::vector<py::object>& names,
              const std::string& label, const std::string& source) {
  const std::vector<ectype::Signature> signatures = sign_all(pictures);
  if (names.size() != signatures.size())
    throw ectype::Error(ectype::ErrorCode::invalid_argument,
                        std::to_string(names.size()) + " names for " +
                            std::to_string(signatures.size()) + " pictures");
  std::vector<ectype::ItemWithHashes> items;
  for (std::size_t i = 0; i < signatures.size(); ++i)
    items.push_back(
        make_item({0, fs_encode(names[i]), label, source, "", "", ""}, signatures[i]));
  ectype::AddCounts counts;
  {
    const py::gil_scoped_release release;
    counts = set.add(items);
  }
  return py::make_tuple(counts.added, counts.already_present);
}

/// Columns: query, item, label, source, distance, transform, recipe, quality (-1: unknown).
py::dict match(const HashSet& set, const py::iterable& pictures, int radius, bool dihedral,
               int min_quality) {
  const std::vector<ectype::Signature> signatures = sign_all(pictures);
  std::vector<std::vector<ectype::Match>> found;
  {
    const py::gil_scoped_release release;
    found = set.match(signatures, {radius, dihedral, min_quality});
  }
  std::vector<std::int64_t> queries;
  std::vector<std::int32_t> distances;
  std::vector<std::int16_t> qualities;
  py::list items, labels, sources, transforms, recipes;
  for (std::size_t q = 0; q < found.size(); ++q) {
    for (const ectype::Match& one : found[q]) {
      queries.push_back(static_cast<std::int64_t>(q));
      distances.push_back(one.distance);
      qualities.push_back(static_cast<std::int16_t>(one.quality.value_or(-1)));
      items.append(fs_decode(one.item.name));
      labels.append(ectype::replace_invalid_utf8(one.item.label));
      sources.append(ectype::replace_invalid_utf8(one.item.source));
      transforms.append(std::string(to_string(one.transform)));
      recipes.append(one.recipe.to_string());
    }
  }
  py::dict columns;
  columns["query"] = take_array(std::move(queries));
  columns["item"] = items;
  columns["label"] = labels;
  columns["source"] = sources;
  columns["distance"] = take_array(std::move(distances));
  columns["transform"] = transforms;
  columns["recipe"] = recipes;
  columns["quality"] = take_array(std::move(qualities));
  return columns;
}

py::dict import_list(HashSet& set, const py::object& path, const std::string& label,
                     const std::string& source) {
  const std::string file = fs_encode(path);
  ectype::HashList list;
  ectype::AddCounts counts;
  {
    const py::gil_scoped_release release;
    list = ectype::read_hash_list(file, {ectype::ListFormat::automatic, file, label, source});
    counts = set.add(list.items);
  }
  py::list bad;
  for (const ectype::BadLine& line : list.bad_lines)
    bad.append(py::make_tuple(line.line, ectype::replace_invalid_utf8(line.reason)));
  py::dict totals;
  totals["lines"] = list.lines;
  totals["added"] = counts.added;
  totals["already_present"] = counts.already_present;
  totals["without_hash"] = list.without_hash;
  totals["bad_lines"] = bad;
  return totals;
}

void export_list(const HashSet& set, const py::function& write, const std::string& format) {
  const auto form = format == "csv"     ? ectype::ExportFormat::csv
                    : format == "hex"   ? ectype::ExportFormat::hex
                    : format == "jsonl" ? ectype::ExportFormat::jsonl
                                        : throw ectype::Error(
                                              ectype::ErrorCode::invalid_argument,
                                              "format is '" + format +
                                                  "'; give 'jsonl', 'csv' or 'hex'");
  const py::gil_scoped_release release;
  export_hash_list(set, form, [&](std::string_view text) {
    const py::gil_scoped_acquire acquire;
    write(py::bytes(text.data(), text.size()));
  });
}

}  // namespace

void bind_hash_set(py::module_& module) {
  const auto unlocked = py::call_guard<py::gil_scoped_release>();
  py::class_<HashSet>(module, "HashSet")
      .def_static("create",
                  [](const py::object& path) {
                    const std::string bytes = fs_encode(path);
                    const py::gil_scoped_release release;
                    return HashSet::create(bytes);
                  })
      .def_static("open",
                  [](const py::object& path, bool read_only) {
                    const std::string bytes = fs_encode(path);
                    const py::gil_scoped_release release;
                    return HashSet::open(bytes, read_only);
                  })
      .def("info", &info)
      .def("add", &add)
      .def("match", &match)
      .def("import_list", &import_list)
      .def("export_list", &export_list)
      .def("remove_named",
           [](HashSet& set, const py::object& name) {
             const std::string bytes = fs_encode(name);
             const py::gil_scoped_release release;
             return set.remove_named(bytes);
           })
      .def("remove_labelled", &HashSet::remove_labelled, unlocked)
      .def("remove_source", &HashSet::remove_source, unlocked)
      .def("merge",
           [](HashSet& set, const HashSet& other) {
             ectype::AddCounts counts;
             {
               const py::gil_scoped_release release;
               counts = set.merge(other);
             }
             return py::make_tuple(counts.added, counts.already_present);
           })
      .def("verify", &HashSet::verify, unlocked);
}

}  // namespace binding
