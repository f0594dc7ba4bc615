#include "convert.hpp"
#include "guarded.hpp"

#include <functional>
#include <utility>

namespace binding {
namespace {

/// Searches without the GIL.
template <typename Hash, typename Index, typename Class>
void bind_search(Class& binding) {
  binding.def("__len__", &Index::size)
      .def("within",
           [](const Index& index, const py::object& queries, int radius) {
             const std::vector<Hash> hashes = hashes_from<Hash>(queries);
             std::vector<ectype::Hit> hits;
             {
               const py::gil_scoped_release release;
               hits = index.within(hashes, radius);
             }
             return to_arrays(hits);
           })
      .def("nearest", [](const Index& index, const py::object& queries, std::size_t k) {
        const std::vector<Hash> hashes = hashes_from<Hash>(queries);
        std::vector<ectype::Hit> hits;
        {
          const py::gil_scoped_release release;
          hits = index.nearest(hashes, k);
        }
        return to_arrays(hits);
      });
}

template <typename Index, typename Class>
void bind_explain(Class& binding) {
  binding.def(
      "explain",
      [](const Index& index, std::size_t queries, int radius) {
        return index.explain(queries, radius);
      },
      py::call_guard<py::gil_scoped_release>());
}

template <typename Hash>
ectype::MultiIndex<Hash> build_multi_index(const py::object& hashes, int radius, unsigned threads) {
  const auto rows = as_rows(hashes, Hash::bytes);
  const std::uint8_t* bytes = rows.data();
  const auto count = static_cast<std::uint64_t>(rows.shape(0));
  const py::gil_scoped_release release;
  return ectype::MultiIndex<Hash>(
      count, [&](std::span<Hash> out) { read_hashes<Hash>(bytes, out); },
      ectype::MultiIndexOptions{radius, threads});
}

template <typename Hash>
void bind_search_index(py::module_& module, const char* name) {
  using Index = ectype::SearchIndex<Hash>;
  py::class_<Index> binding(module, name);
  binding
      .def(py::init([](const py::object& hashes, int radius, unsigned threads) {
        return std::make_unique<Index>(build_multi_index<Hash>(hashes, radius, threads));
      }))
      .def_static("open",
                  [](const py::object& path) {
                    return std::make_unique<Index>(ectype::MultiIndex<Hash>::open(fs_encode(path)));
                  })
      .def_property_readonly("row_count", &Index::row_count)
      .def_property_readonly("delta_size", &Index::delta_size)
      .def("add",
           [](Index& index, const py::object& hashes) {
             const std::vector<Hash> rows = hashes_from<Hash>(hashes);
             const py::gil_scoped_release release;
             return index.add(rows);
           })
      .def("remove",
           [](Index& index, const py::object& rows) {
             const std::vector<std::uint64_t> numbers = row_numbers(rows);
             const py::gil_scoped_release release;
             index.remove(numbers);
           })
      .def("compact", [](Index& index, int radius, unsigned threads) {
        const py::gil_scoped_release release;
        index.compact({radius, threads});
      });
  bind_search<Hash, Index>(binding);
  bind_explain<Index>(binding);
}

template <typename Hash>
void bind_multi_index(py::module_& module, const char* name) {
  using Index = ectype::MultiIndex<Hash>;
  py::class_<Index> binding(module, name);
  binding
      .def(py::init([](const py::object& hashes, int radius, unsigned threads) {
        return std::make_unique<Index>(build_multi_index<Hash>(hashes, radius, threads));
      }))
      .def_property_readonly("radius", &Index::radius)
      .def_property_readonly("overhead_bytes", &Index::overhead_bytes)
      .def_property_readonly("stamp",
                             [](const Index& index) {
                               return py::make_tuple(index.stamp().uuid, index.stamp().generation);
                             })
      .def_static("open", [](const py::object& path) { return Index::open(fs_encode(path)); })
      .def("save",
           [](const Index& index, const py::object& path, const std::string& uuid,
              std::uint64_t generation) {
             const std::filesystem::path file = fs_encode(path);
             const py::gil_scoped_release release;
             index.save(file, {uuid, "", generation, 0});
           })
      .def("verify", &Index::verify, py::call_guard<py::gil_scoped_release>());
  bind_search<Hash, Index>(binding);
  bind_explain<Index>(binding);
}

template <typename Hash>
void bind_linear_index(py::module_& module, const char* name) {
  using Index = ectype::LinearIndex<Hash>;
  using Shared = Guarded<Index>;
  py::class_<Shared>(module, name)
      .def(py::init<>())
      .def("add",
           [](Shared& shared, const py::object& hashes) {
             const std::vector<Hash> rows = hashes_from<Hash>(hashes);
             return shared.change([&](Index& index) { return index.add(rows); });
           })
      .def("remove",
           [](Shared& shared, const py::object& rows) {
             const std::vector<std::uint64_t> numbers = row_numbers(rows);
             shared.change([&](Index& index) { index.remove(numbers); });
           })
      .def("__len__", [](const Shared& shared) { return shared.read(std::mem_fn(&Index::size)); })
      .def_property_readonly(
          "row_count",
          [](const Shared& shared) { return shared.read(std::mem_fn(&Index::row_count)); })
      .def("within",
           [](const Shared& shared, const py::object& queries, int radius) {
             const std::vector<Hash> hashes = hashes_from<Hash>(queries);
             return to_arrays(
                 shared.read([&](const Index& index) { return index.within(hashes, radius); }));
           })
      .def("nearest", [](const Shared& shared, const py::object& queries, std::size_t k) {
        const std::vector<Hash> hashes = hashes_from<Hash>(queries);
        return to_arrays(shared.read([&](const Index& index) { return index.nearest(hashes, k); }));
      });
}

struct PairColumns {
  std::vector<std::int64_t> a;
  std::vector<std::int64_t> b;
  std::vector<std::int32_t> distances;

  /// As three arrays; nothing is left.
  py::tuple take() {
    return py::make_tuple(take_array(std::exchange(a, {})), take_array(std::exchange(b, {})),
                          take_array(std::exchange(distances, {})));
  }
};

/// All pairs, or none if `visit` is given: it is then called with some of them at a time.
template <typename Hash>
py::tuple self_join(const py::object& hashes, int radius, const py::object& visit,
                    std::size_t pairs_at_once) {
  const std::vector<Hash> rows = hashes_from<Hash>(hashes);
  const bool in_parts = !visit.is_none();
  PairColumns pairs;
  {
    const py::gil_scoped_release release;
    ectype::self_join<Hash>(rows, radius, [&](const ectype::Pair& pair) {
      pairs.a.push_back(static_cast<std::int64_t>(pair.a));
      pairs.b.push_back(static_cast<std::int64_t>(pair.b));
      pairs.distances.push_back(static_cast<std::int32_t>(pair.distance));
      if (!in_parts || pairs.a.size() < pairs_at_once) return;
      const py::gil_scoped_acquire acquire;
      visit(*pairs.take());
    });
  }
  if (in_parts && !pairs.a.empty()) visit(*pairs.take());
  return pairs.take();
}

/// The cluster of each row, and the medoid of each cluster.
template <typename Hash>
py::tuple cluster(const py::object& hashes, int radius, bool linked) {
  const std::vector<Hash> rows = hashes_from<Hash>(hashes);
  ectype::Clusters clusters;
  {
    const py::gil_scoped_release release;
    clusters = ectype::cluster<Hash>(
        rows, radius, linked ? ectype::ClusterRule::linked : ectype::ClusterRule::medoid);
  }
  return py::make_tuple(
      take_array(std::vector<std::int64_t>(clusters.cluster.begin(), clusters.cluster.end())),
      take_array(std::vector<std::int64_t>(clusters.medoid.begin(), clusters.medoid.end())));
}

template <typename Hash>
void bind_joins(py::module_& module, const std::string& bits) {
  module.def(("self_join" + bits).c_str(), &self_join<Hash>);
  module.def(("cluster" + bits).c_str(), &cluster<Hash>);
}

}  // namespace

void bind_index(py::module_& module) {
  bind_linear_index<ectype::Hash64>(module, "LinearIndex64");
  bind_linear_index<ectype::Hash128>(module, "LinearIndex128");
  bind_linear_index<ectype::Hash256>(module, "LinearIndex256");
  bind_multi_index<ectype::Hash64>(module, "MultiIndex64");
  bind_multi_index<ectype::Hash128>(module, "MultiIndex128");
  bind_multi_index<ectype::Hash256>(module, "MultiIndex256");
  bind_search_index<ectype::Hash64>(module, "SearchIndex64");
  bind_search_index<ectype::Hash128>(module, "SearchIndex128");
  bind_search_index<ectype::Hash256>(module, "SearchIndex256");
  bind_joins<ectype::Hash64>(module, "64");
  bind_joins<ectype::Hash128>(module, "128");
  bind_joins<ectype::Hash256>(module, "256");
}

}  // namespace binding
