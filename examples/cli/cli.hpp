#pragma once

#include <CLI/CLI.hpp>

namespace cli {

/// Exit statuses of the command.
enum Status {
  kDone = 0,         // a match was found, or the work is done
  kNoMatch = 1,      // nothing matched
  kFatal = 2,        // wrong usage or a fatal error
  kNotExamined = 3,  // finished, but some files could not be examined
};

// Each adds its subcommand; the parsed command sets `status` when it has run.
void add_hash(CLI::App& app, int& status);
void add_compare(CLI::App& app, int& status);
void add_set(CLI::App& app, int& status);
void add_cluster(CLI::App& app, int& status);
void add_scan(CLI::App& app, int& status);
void add_report(CLI::App& app, int& status);

// Parts of `set`: import and export of lists; hubs and quarantine.
void add_set_lists(CLI::App& set, int& status);
void add_set_quarantine(CLI::App& set, int& status);

}  // namespace cli
