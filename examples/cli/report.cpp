#include "cli.hpp"
#include "manifest.hpp"
#include "output.hpp"
#include <ectype/row_text.hpp>

#include <memory>

namespace cli {
namespace {

int verify(const std::string& manifest) {
  std::string text;
  bool whole = true;
  for (const VerifiedOutput& output : verify_manifest(manifest)) {
    whole &= output.problem.empty();
    text += ectype::one_line(output.name) + ": " +
            (output.problem.empty() ? "as it was written" : output.problem) + "\n";
  }
  print(text);
  return whole ? kDone : kNoMatch;
}

}  // namespace

void add_report(CLI::App& app, int& status) {
  CLI::App& report = *app.add_subcommand("report", "What a scan wrote");
  report.require_subcommand(1);
  const auto manifest = std::make_shared<std::string>();
  CLI::App& check = *report.add_subcommand(
      "verify",
      "Whether the files that a manifest names (scan --manifest) are as the scan wrote them.\n"
      "Exit status 1 where one is not. Compare the SHA-256 of the manifest itself with the one "
      "that "
      "the scan told.");
  check.add_option("MANIFEST", *manifest, "The manifest")->required();
  check.callback([manifest, &status] { status = verify(*manifest); });
}

}  // namespace cli
