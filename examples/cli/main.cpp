#include "cli.hpp"
#include "run_record.hpp"
#include "version.hpp"
#include <ectype/row_text.hpp>

#include <csignal>
#include <cstdio>
#include <exception>

#include <stdlib.h>

namespace {

int run(int argc, char** argv) {
  CLI::App app{
      "ectype finds which known picture a modified copy comes from, by perceptual hashes.\n"
      "Exit status: 0 match or done, 1 no match, 2 usage or fatal error, 3 finished, but some "
      "files\n"
      "could not be examined. A match is a lead to be reviewed, not proof."};
  app.name("ectype");
  app.require_subcommand(1);
  app.set_version_flag("--version", cli::version_text, "Versions of library, codecs, CPU level");
  int status = cli::kDone;
  cli::add_hash(app, status);
  cli::add_compare(app, status);
  cli::add_set(app, status);
  cli::add_scan(app, status);
  cli::add_report(app, status);
  cli::add_cluster(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kDone : cli::kFatal;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away is seen as a failed write, with its message and exit status.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a file that may not grow any more.
  std::signal(SIGXFSZ, SIG_IGN);
  // Archives have times without a time zone: they shall mean the same everywhere.
  ::setenv("TZ", "UTC0", 1);
  cli::set_command_line(argc, argv);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ectype: %s\n", ectype::one_line(error.what()).c_str());
    return cli::kFatal;
  }
}
