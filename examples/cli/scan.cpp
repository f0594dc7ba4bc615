#include "cli.hpp"
#include "inputs.hpp"
#include "run_record.hpp"
#include "scan_outputs.hpp"
#include "scan_progress.hpp"
#include <ectype/error.hpp>

#include <cstdio>
#include <memory>
#include <optional>

namespace cli {
namespace {

struct ScanCommand {
  Inputs inputs;
  std::string set;
  std::string level = "standard";
  std::optional<int> radius;
  double false_matches = 1;
  bool no_dihedral = false;
  bool include_quarantined = false;
  ScanOutputNames outputs;
  std::string case_label;
  std::string operator_name;
  std::string progress_name = "auto";
  bool no_archives = false;
  ectype::ArchiveLimits archives;

  [[nodiscard]] int run() const {
    const std::vector<std::string> paths = inputs.all_paths();
    outputs.require_valid();
    // Rolled back, where it has to be, and closed again: no other descriptor may be closed on it.
    const ectype::HashSetIdentity before = ectype::HashSet::open(set, true).identity();
    const std::string set_sha256 = sha256_of(set);
    const ectype::HashSet known = ectype::HashSet::open(set, true);
    if (known.identity() != before)
      throw ectype::Error(ectype::ErrorCode::storage,
                          set + ": the hash set is being changed; scan when that is done");
    ectype::ScanOptions options = inputs.scan_options();
    options.against = &known;
    options.facts = true;
    options.thumbnails = true;
    options.previews = outputs.previews;
    options.state = outputs.state;
    if (!no_archives) options.archives = archives;
    // These are rules for single distances.
    const bool strict = radius || no_dihedral;
    options.match.level = strict ? ectype::Level::strict : ectype::parse_level(level);
    options.level = options.match.level;
    options.match.radius = radius;
    options.match.false_matches_per_million = false_matches;
    options.match.dihedral = !no_dihedral;
    options.match.include_quarantined = include_quarantined;

    ScanOutputs out(outputs);
    ectype::RunRecord record = begin_record(options, set_sha256);
    record.case_label = case_label;
    record.operator_name = operator_name;
    ScanProgress progress(progress_form(progress_name, out.rows()), paths);
    Tally tally;
    examine_tree(paths, options, [&](ectype::FileResult&& result) {
      out.add(result);
      record.add(result);
      tally.add(result);
      progress.add(result);
    });
    record.ended = utc_now();
    out.finish(record);
    progress.finish();
    std::fprintf(stderr, "%s\n", tally.summary().c_str());
    if (tally.from_state() > 0)
      std::fprintf(stderr, "%s had been examined before (--state)\n",
                   plural(tally.from_state(), "file").c_str());
    if (!tally.all_examined()) return kNotExamined;
    return tally.count(ectype::Outcome::matched) > 0 ? kDone : kNoMatch;
  }
};

}  // namespace

void add_scan(CLI::App& app, int& status) {
  const auto command = std::make_shared<ScanCommand>();
  CLI::App& sub = *app.add_subcommand("scan", "Match files against a hash set; one row a file");
  command->inputs.add_to(sub);
  sub.add_option("--against", command->set, "The hash set")->required();
  CLI::Option* level =
      sub.add_option("--level", command->level,
                     "strict (PDQ within 31, mirrored and turned too), standard, or "
                     "thorough (also parts of pictures)")
          ->check(CLI::IsMember({"strict", "standard", "thorough"}))
          ->capture_default_str();
  sub.add_option("--radius", command->radius,
                 "Largest Hamming distance of a match, inclusive; at level strict, by PDQ alone")
      ->check(CLI::Range(0, 256))
      ->excludes(level);
  sub.add_option("--false-matches", command->false_matches,
                 "To expect of a million comparisons of unrelated pictures, above level strict")
      ->check(CLI::Range(0.001, 100.0))
      ->capture_default_str();
  sub.add_flag("--no-dihedral", command->no_dihedral,
               "At level strict, and not under mirroring and right-angle turns")
      ->excludes(level);
  sub.add_flag("--include-quarantined", command->include_quarantined,
               "Also by hashes in quarantine; such matches say so");
  sub.add_option("--format", command->outputs.form,
                 "jsonl, csv or table; by default a table on a terminal, else jsonl")
      ->check(CLI::IsMember({"jsonl", "csv", "table"}));
  sub.add_option("--max-digest-bytes", command->inputs.options.max_digest_bytes,
                 "No digests of larger files")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("64GiB");
  CLI::Option* closed = sub.add_flag("--no-archives", command->no_archives,
                                     "Do not look into archives and compressed files");
  sub.add_option("--max-archive-depth", command->archives.max_depth, "Archives within archives")
      ->check(CLI::Range(1, 100))
      ->excludes(closed)
      ->capture_default_str();
  sub.add_option("--max-unpack-ratio", command->archives.max_ratio,
                 "Bytes that a file may unpack to, a byte of it; 1 GiB it always may")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32))
      ->excludes(closed)
      ->capture_default_str();
  sub.add_option("--max-member-bytes", command->archives.max_member_bytes,
                 "Bytes of one file within an archive; it is unpacked in memory")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->excludes(closed)
      ->default_str("512MiB");
  sub.add_option("--max-members", command->archives.max_members, "Files within one archive")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->excludes(closed)
      ->capture_default_str();
  sub.add_option("--progress", command->progress_name,
                 "On stderr: auto (a line, on a terminal), json (an object a second), or none")
      ->check(CLI::IsMember({"auto", "json", "none"}))
      ->capture_default_str();
  sub.add_option("--state", command->outputs.state,
                 "Keep what is done in FILE (mode 0600): the same scan goes on there when it was "
                 "interrupted");
  sub.add_option("-o,--output", command->outputs.rows,
                 "Write to FILE (mode 0600), whole or not at all");
  sub.add_option("--report", command->outputs.report,
                 "Also a report for people to FILE: one HTML page that needs nothing else");
  sub.add_option_function<std::string>(
         "--thumbnails",
         [command](const std::string& kind) { command->outputs.previews = kind == "blurred"; },
         "Pictures in the report: none, or small, gray and blurred ones of what matches")
      ->check(CLI::IsMember({"none", "blurred"}))
      ->default_str("none");
  sub.add_option("--manifest", command->outputs.manifest,
                 "Also the SHA-256 of each of these files to FILE: see `ectype report verify`");
  sub.add_option("--case", command->case_label, "Label of the case, for the records");
  sub.add_option("--operator", command->operator_name, "Who runs it, for the records");
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace cli
