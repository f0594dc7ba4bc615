#include "convert.hpp"

#include <chrono>

#include <pybind11/stl.h>

namespace binding {
namespace {

struct Stopped {};

/// Calls `visit` with each row as bytes of JSON, until it returns false.
void scan(const std::vector<py::object>& paths, const ectype::HashSet* against,
          const std::string& level, double false_matches_per_million, bool archives,
          bool thumbnails, const py::object& state, unsigned threads, double timeout,
          const std::string& worker, const py::function& visit) {
  ectype::ScanOptions options;
  options.level = options.match.level = ectype::parse_level(level);
  options.match.false_matches_per_million = false_matches_per_million;
  options.against = against;
  options.facts = true;
  options.thumbnails = thumbnails;
  if (archives) options.archives.emplace();
  if (!state.is_none()) options.state = fs_encode(state);
  options.threads = threads;
  options.isolation = isolation_by(worker);
  if (options.isolation)
    options.isolation->deadline = std::chrono::milliseconds(static_cast<long>(1e3 * timeout));
  std::vector<std::string> names;
  for (const py::object& path : paths) names.push_back(fs_encode(path));
  try {
    const py::gil_scoped_release release;
    examine_tree(names, options, [&](ectype::FileResult&& result) {
      const std::string row = scan_row_json(result);
      const py::gil_scoped_acquire acquire;
      if (!visit(py::bytes(row)).cast<bool>()) throw Stopped{};
    });
  } catch (const Stopped&) {
  }
}

}  // namespace

void bind_scan(py::module_& module) { module.def("scan", &scan); }

}  // namespace binding
