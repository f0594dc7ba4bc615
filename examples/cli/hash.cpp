#include "cli.hpp"
#include "inputs.hpp"
#include <ectype/algorithms.hpp>
#include <ectype/error.hpp>
#include <ectype/report.hpp>

#include <memory>

namespace cli {
namespace {

struct HashCommand {
  Inputs inputs;
  std::string algorithm = "pdq";
  ectype::HashRowForm form;
  std::string format = "jsonl";
  std::string output;

  [[nodiscard]] std::string row(const ectype::FileResult& result) const {
    if (format == "csv") return hash_row_csv(result, form);
    if (format == "hex") return hash_row_hex(result);
    return hash_row_json(result, form);
  }

  [[nodiscard]] int run() {
    form.algorithms = ectype::parse_algorithms(algorithm);
    if (format == "hex" && form.algorithms.size() > 1)
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          "--format hex holds one algorithm; give one, or another format");
    const std::vector<std::string> paths = inputs.all_paths();
    ectype::ScanOptions options = inputs.scan_options();
    options.algorithms = form.algorithms;
    Output out(output);
    Progress progress("hashing", out);
    Tally tally;
    if (format == "csv") out.write(ectype::hash_header_csv(form));
    examine_tree(paths, options, [&](ectype::FileResult&& result) {
      out.write(row(result));
      tally.add(result);
      progress.step();
    });
    out.commit();
    progress.say(tally.summary());
    return tally.all_examined() ? kDone : kNotExamined;
  }
};

}  // namespace

void add_hash(CLI::App& app, int& status) {
  const auto command = std::make_shared<HashCommand>();
  CLI::App& sub = *app.add_subcommand("hash", "Hash files; one row a file");
  command->inputs.add_to(sub);
  sub.add_option("-a,--algorithm", command->algorithm,
                 "Hash algorithms, such as phash,dhash; or all")
      ->capture_default_str();
  sub.add_flag("--dihedral", command->form.dihedral, "Also the hashes of the eight transforms");
  sub.add_option("--format", command->format, "jsonl, csv or hex")
      ->check(CLI::IsMember({"jsonl", "csv", "hex"}))
      ->capture_default_str();
  sub.add_option("-o,--output", command->output, "Write to FILE (mode 0600), whole or not at all");
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace cli
