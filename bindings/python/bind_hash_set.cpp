#include "convert.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

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
  fields["quarantined"] = facts.quarantined;
  fields["recipes"] = recipes;
  py::dict levels;
  for (const ectype::LevelCount& count : facts.levels)
    levels[py::str(std::string(to_string(count.level)))] = count.items;
  fields["levels"] = levels;
  fields["sources"] = facts.sources;
  py::list indexes;
  for (const ectype::SetIndexInfo& index : facts.indexes) {
    py::dict entry;
    entry["path"] = fs_decode(index.path.native());
    entry["algorithm"] = index.algorithm;
    entry["rows"] = index.rows;
    entry["generation"] = index.generation;
    entry["problem"] = index.problem;
    indexes.append(entry);
  }
  fields["indexes"] = indexes;
  return fields;
}

struct Signed {
  ectype::Signature signature;
  ectype::FileDigests digests;  // of a file
};

/// Size and time of change.
auto state_of(const std::string& path) {
  std::error_code refused;
  return std::pair(std::filesystem::file_size(path, refused),
                   std::filesystem::last_write_time(path, refused));
}

/// None where this machine has no MD5 (FIPS).
ectype::FileDigests digests_of(const std::string& path) {
  try {
    return ectype::digest_file(path);
  } catch (const ectype::Error& error) {
    if (error.code() != ectype::ErrorCode::internal) throw;
    return {};
  }
}

Signed sign_file(const std::string& path, ectype::Level level) {
  const auto before = state_of(path);
  Signed picture{ectype::sign(ectype::Image::open(path), level, ectype::Purpose::store),
                 digests_of(path)};
  if (state_of(path) != before) picture.digests = {};  // they may be of other bytes
  return picture;
}

/// Signs pictures one after the other, unless they are signed; a picture that cannot be read is the
/// caller's error.
std::vector<Signed> sign_all(const py::iterable& pictures, ectype::Level level) {
  std::vector<Signed> all;
  for (const py::handle handle : pictures) {
    if (py::isinstance<ectype::Signature>(handle)) {
      all.push_back({handle.cast<ectype::Signature>(), {}});
      continue;
    }
    const Picture picture(py::reinterpret_borrow<py::object>(handle));
    const py::gil_scoped_release release;
    if (picture.path()) {
      all.push_back(sign_file(*picture.path(), level));
    } else {
      all.push_back({ectype::sign(picture.open(), level, ectype::Purpose::store), {}});
    }
  }
  return all;
}

py::tuple add(HashSet& set, const py::iterable& pictures, const std::vector<py::object>& names,
              const std::string& label, const std::string& source, const std::string& level) {
  const std::vector<Signed> all = sign_all(pictures, ectype::parse_level(level));
  if (names.size() != all.size())
    throw ectype::Error(
        ectype::ErrorCode::invalid_argument,
        std::to_string(names.size()) + " names for " + std::to_string(all.size()) + " pictures");
  std::vector<ectype::ItemWithHashes> items;
  for (std::size_t i = 0; i < all.size(); ++i)
    items.push_back(make_item({0, fs_encode(names[i]), label, source, "", "", "", all[i].digests},
                              all[i].signature));
  ectype::AddCounts counts;
  {
    const py::gil_scoped_release release;
    counts = set.add(items);
  }
  return py::make_tuple(counts.added, counts.already_present);
}

bool are_signed(const py::list& pictures) {
  return !pictures.empty() &&
         std::all_of(pictures.begin(), pictures.end(), [](const py::handle& picture) {
           return py::isinstance<ectype::Signature>(picture);
         });
}

std::vector<ectype::FileResult> match_signed(const HashSet& set,
                                             std::vector<ectype::Signature> signatures,
                                             const ectype::MatchOptions& options) {
  auto matches = set.match(signatures, options);
  std::vector<ectype::FileResult> results(signatures.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].signature = std::move(signatures[i]);
    results[i].matches = std::move(matches[i]);
    if (!results[i].matches.empty()) results[i].outcome = ectype::Outcome::matched;
  }
  return results;
}

/// A query is matched whatever becomes of the others: its outcome and reason tell. All of them are
/// paths, or none is.
std::vector<ectype::FileResult> match_all(const HashSet& set, const py::list& pictures,
                                          ectype::ScanOptions options) {
  options.against = &set;
  const bool paths = std::all_of(pictures.begin(), pictures.end(), [](const py::handle& picture) {
    return py::isinstance<py::str>(picture) || py::hasattr(picture, "__fspath__");
  });
  if (paths) {
    std::vector<std::string> names;
    for (const py::handle picture : pictures)
      names.push_back(fs_encode(py::reinterpret_borrow<py::object>(picture)));
    return examine_in_chunks(names, options);
  }
  std::vector<ectype::FileResult> results;
  if (are_signed(pictures)) {
    std::vector<ectype::Signature> signatures;
    for (const py::handle handle : pictures) signatures.push_back(handle.cast<ectype::Signature>());
    const py::gil_scoped_release release;
    return match_signed(set, std::move(signatures), options.match);
  }
  for (const py::handle handle : pictures) {
    const Picture picture(py::reinterpret_borrow<py::object>(handle));
    const py::gil_scoped_release release;
    results.push_back(ectype::examine([&] { return picture.open(options.limits); }, options));
  }
  return results;
}

/// Per match: query, item, label, source, distance (-1: none), transform, inverted, query_region,
/// region, recipe, quality (-1: unknown), damaged, hash_id, quarantined, false_matches (nan:
/// unknown), keypoints, evidence. Per query: outcomes, reasons.
py::dict match(const HashSet& set, const py::list& pictures, std::optional<int> radius,
               bool dihedral, std::optional<int> min_quality, unsigned threads,
               bool include_quarantined, const std::string& level, double false_matches_per_million,
               const std::string& worker) {
  ectype::ScanOptions options;
  options.isolation = isolation_by(worker);
  options.threads = threads;
  options.level = radius || !dihedral ? ectype::Level::strict : ectype::parse_level(level);
  options.match = {radius,         dihedral,
                   min_quality,    include_quarantined,
                   *options.level, false_matches_per_million};
  const std::vector<ectype::FileResult> found = match_all(set, pictures, options);
  std::vector<std::int64_t> queries, hash_ids;
  std::vector<std::int32_t> distances;
  std::vector<std::int16_t> qualities;
  std::vector<double> false_matches;
  py::list items, labels, sources, transforms, recipes, damaged, quarantined, outcomes, reasons;
  py::list inverted, query_regions, regions, keypoints, evidence;
  for (std::size_t q = 0; q < found.size(); ++q) {
    outcomes.append(std::string(to_string(found[q].outcome)));
    reasons.append(ectype::replace_invalid_utf8(found[q].reason));
    for (const ectype::Match& one : found[q].matches) {
      queries.push_back(static_cast<std::int64_t>(q));
      distances.push_back(one.distance);
      qualities.push_back(static_cast<std::int16_t>(one.quality.value_or(-1)));
      items.append(fs_decode(one.item.name));
      labels.append(ectype::replace_invalid_utf8(one.item.label));
      sources.append(ectype::replace_invalid_utf8(one.item.source));
      transforms.append(std::string(to_string(one.transform)));
      recipes.append(one.recipe.to_string());
      damaged.append(one.damaged);
      hash_ids.push_back(one.hash_id);
      quarantined.append(one.quarantined);
      inverted.append(one.inverted);
      query_regions.append(std::string(to_string(one.query_region)));
      regions.append(std::string(to_string(one.region)));
      false_matches.push_back(one.false_matches.value_or(std::numeric_limits<double>::quiet_NaN()));
      keypoints.append(keypoints_of(one));
      std::vector<ectype::MatchEvidence> all{one};
      all.insert(all.end(), one.further.begin(), one.further.end());
      evidence.append(evidence_list(all));
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
  columns["damaged"] = damaged;
  columns["hash_id"] = take_array(std::move(hash_ids));
  columns["quarantined"] = quarantined;
  columns["inverted"] = inverted;
  columns["query_region"] = query_regions;
  columns["region"] = regions;
  columns["false_matches"] = take_array(std::move(false_matches));
  columns["keypoints"] = keypoints;
  columns["evidence"] = evidence;
  columns["outcomes"] = outcomes;
  columns["reasons"] = reasons;
  return columns;
}

std::uint64_t remove(HashSet& set, const py::object& name, const std::optional<std::string>& label,
                     const std::optional<std::string>& source) {
  ectype::ItemFilter filter{std::nullopt, label, source};
  if (!name.is_none()) filter.name = fs_encode(name);
  const py::gil_scoped_release release;
  return set.remove(filter);
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

ectype::ExportFormat export_format(const std::string& name) {
  if (name == "jsonl") return ectype::ExportFormat::jsonl;
  if (name == "csv") return ectype::ExportFormat::csv;
  if (name == "hex") return ectype::ExportFormat::hex;
  throw ectype::Error(ectype::ErrorCode::invalid_argument,
                      "format is '" + name + "'; give 'jsonl', 'csv' or 'hex'");
}

void export_list(const HashSet& set, const py::object& path, const std::string& format) {
  const std::string target = fs_encode(path);
  const ectype::ExportFormat form = export_format(format);
  const py::gil_scoped_release release;
  ectype::AtomicFile file(target);
  export_hash_list(set, form, [&](std::string_view text) { file.write(text); });
  file.commit();
}

}  // namespace

void bind_hash_set(py::module_& module) {
  const auto unlocked = py::call_guard<py::gil_scoped_release>();
  py::class_<HashSet> binding(module, "HashSet");
  binding
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
      .def("remove", &remove)
      .def("merge",
           [](HashSet& set, const HashSet& other) {
             ectype::AddCounts counts;
             {
               const py::gil_scoped_release release;
               counts = set.merge(other);
             }
             return py::make_tuple(counts.added, counts.already_present, counts.quarantined);
           })
      .def("save_index",
           [](const HashSet& set, unsigned threads) {
             std::vector<std::filesystem::path> written;
             {
               const py::gil_scoped_release release;
               written = set.save_index(threads);
             }
             py::list paths;
             for (const auto& path : written) paths.append(fs_decode(path.native()));
             return paths;
           })
      .def("verify", &HashSet::verify, unlocked);
  bind_quarantine(binding);
}

}  // namespace binding
