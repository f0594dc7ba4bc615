#include "convert.hpp"

#include <pybind11/stl.h>

namespace binding {
namespace {

using ectype::HashSet;

py::list quarantined(const HashSet& set) {
  std::vector<ectype::QuarantinedHash> hashes;
  {
    const py::gil_scoped_release release;
    hashes = set.quarantined();
  }
  py::list rows;
  for (const ectype::QuarantinedHash& hash : hashes)
    rows.append(py::make_tuple(hash.hash_id, fs_decode(hash.item.name),
                               ectype::replace_invalid_utf8(hash.reason), hash.since));
  return rows;
}

/// hash_ids, item, count, mutual_percent, is_bridge, quarantined, matched.
py::list hubs(const HashSet& set, int radius, std::uint64_t min_count, int min_quality,
              const std::string& algorithm, std::size_t max_items) {
  ectype::HubReport report;
  {
    const py::gil_scoped_release release;
    report = find_hubs(set, {radius, min_count, min_quality, algorithm, max_items});
  }
  py::list rows;
  for (const ectype::Hub& hub : report.hubs) {
    py::list matched;
    for (const ectype::Item& item : hub.matched) matched.append(fs_decode(item.name));
    rows.append(py::make_tuple(hub.hash_ids, fs_decode(hub.item.name), hub.count,
                               hub.mutual_percent, hub.is_bridge(), hub.quarantined, matched));
  }
  return rows;
}

}  // namespace

void bind_quarantine(py::class_<HashSet>& binding) {
  const auto unlocked = py::call_guard<py::gil_scoped_release>();
  binding
      .def(
          "quarantine",
          [](HashSet& set, const std::vector<std::int64_t>& ids, const std::string& reason) {
            return set.quarantine(ids, reason);
          },
          unlocked)
      .def(
          "release",
          [](HashSet& set, const std::vector<std::int64_t>& ids) { return set.release(ids); },
          unlocked)
      .def("quarantined", &quarantined)
      .def("hubs", &hubs);
}

}  // namespace binding
