#include "cli.hpp"
#include "inputs.hpp"
#include <ectype/hash_set.hpp>
#include <ectype/report.hpp>

#include <algorithm>
#include <memory>
#include <set>

namespace cli {
namespace {

/// The pictures that can be matched, and the rows of all.
struct Gathered {
  std::vector<ectype::ClusterRow> rows;
  std::vector<std::size_t> row_of;  // of each picture
  std::vector<ectype::ClusterPicture> pictures;

  void add(ectype::ClusterRow row, std::optional<ectype::ClusterPicture> picture) {
    if (picture) {
      row_of.push_back(rows.size());
      pictures.push_back(std::move(*picture));
    }
    rows.push_back(std::move(row));
  }
};

struct ClusterCommand {
  Inputs inputs;
  std::string set;
  int radius = ectype::Pdq::kDefaultRadius;
  std::string rule = "medoid";
  bool no_dihedral = false;
  std::string format = "jsonl";
  std::string output;

  [[nodiscard]] int run() const {
    if (set.empty() == (inputs.paths.empty() && inputs.files_from.empty()))
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          "give either files and folders, or --set SET");
    Output out(output);
    Progress progress("hashing", out);
    Tally tally;
    Gathered all = set.empty() ? from_files(progress, tally) : from_set();
    const auto places = cluster_pictures(
        all.pictures, radius,
        rule == "linked" ? ectype::ClusterRule::linked : ectype::ClusterRule::medoid);
    std::uint64_t clusters = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      ectype::ClusterRow& row = all.rows[all.row_of[i]];
      row.place = places[i];
      row.representative = all.rows[all.row_of[places[i].representative]].name;
      if (places[i].representative == i && places[i].size > 1) ++clusters;
    }
    if (format == "csv") out.write(ectype::cluster_header_csv());
    for (const ectype::ClusterRow& row : all.rows)
      out.write(format == "csv" ? cluster_row_csv(row) : cluster_row_json(row));
    out.commit();
    progress.say((set.empty() ? tally.summary() : plural(all.rows.size(), "item")) + "; " +
                 plural(clusters, "cluster") + " of more than one picture");
    if (!tally.all_examined()) return kNotExamined;
    return clusters > 0 ? kDone : kNoMatch;
  }

 private:
  [[nodiscard]] Gathered from_files(Progress& progress, Tally& tally) const {
    Gathered all;
    examine_tree(inputs.all_paths(), inputs.scan_options(), [&](ectype::FileResult&& result) {
      tally.add(result);
      progress.step();
      all.add({result.path, result.outcome, result.reason, std::nullopt, ""}, picture_of(result));
    });
    return all;
  }

  [[nodiscard]] std::optional<ectype::ClusterPicture> picture_of(
      const ectype::FileResult& result) const {
    if (result.signature.hashes.empty()) return std::nullopt;
    const ectype::SignatureHash& hash = result.signature.hashes[0];
    if (!hash.quality.trusted()) return std::nullopt;
    ectype::ClusterPicture picture;
    for (const ectype::HashValue& variant : hash.variants) {
      picture.variants.push_back(variant.as<ectype::Hash256>());
      if (no_dihedral) break;
    }
    if (result.info) picture.pixels = std::uint64_t{result.info->width} * result.info->height;
    return picture;
  }

  /// A set knows one hash of a picture, and not how many pixels it had.
  [[nodiscard]] ectype::ClusterPicture picture_of(const ectype::StoredHash& stored) const {
    ectype::ClusterPicture picture;
    for (const ectype::Transform transform : ectype::kTransforms) {
      picture.variants.push_back(
          ectype::Pdq::transformed(stored.hash.as<ectype::Hash256>(), transform));
      if (no_dihedral) break;
    }
    return picture;
  }

  /// By the first PDQ hash of each item.
  [[nodiscard]] Gathered from_set() const {
    Gathered all;
    const ectype::HashSet known = ectype::HashSet::open(set, true);
    std::set<std::int64_t> quarantined;
    for (const ectype::QuarantinedHash& hash : known.quarantined())
      quarantined.insert(hash.item.id);
    known.for_each([&](const ectype::ItemWithHashes& entry) {
      const auto hash = std::find_if(
          entry.hashes.begin(), entry.hashes.end(),
          [](const ectype::StoredHash& each) { return each.recipe.algorithm == "pdq"; });
      const bool there = hash != entry.hashes.end();
      const bool held = quarantined.contains(entry.item.id);
      const bool matchable = there && hash->trusted() && !held;
      all.add({entry.item.name, matchable ? ectype::Outcome::hashed : ectype::Outcome::low_quality,
               held     ? "it has a hash in quarantine"
               : !there ? "the set holds no PDQ hash of it"
                        : "",
               std::nullopt, ""},
              matchable ? std::optional(picture_of(*hash)) : std::nullopt);
    });
    return all;
  }
};

}  // namespace

void add_cluster(CLI::App& app, int& status) {
  const auto command = std::make_shared<ClusterCommand>();
  CLI::App& sub =
      *app.add_subcommand("cluster", "Group copies of the same pictures; one row a picture");
  command->inputs.add_to(sub);
  sub.add_option("--set", command->set, "Group the items of a hash set instead of files");
  sub.add_option("--radius", command->radius, "Largest Hamming distance of copies, inclusive")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  sub.add_option("--rule", command->rule,
                 "medoid: all within the radius of one of them; linked: of any other")
      ->check(CLI::IsMember({"medoid", "linked"}))
      ->capture_default_str();
  sub.add_flag("--no-dihedral", command->no_dihedral, "Do not look for mirrored and turned copies");
  sub.add_option("--format", command->format, "jsonl or csv")
      ->check(CLI::IsMember({"jsonl", "csv"}))
      ->capture_default_str();
  sub.add_option("-o,--output", command->output, "Write to FILE (mode 0600), whole or not at all");
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace cli
