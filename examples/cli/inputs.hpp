#pragma once

#include "output.hpp"
#include <ectype/scan.hpp>

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace cli {

/// The options of commands that examine files.
struct Inputs {
  std::vector<std::string> paths;
  std::string files_from;
  bool null_separated = false;
  std::string profile = "exact";
  bool no_isolate = false;
  double timeout = 60;  // seconds
  ectype::IsolationOptions isolation;
  ectype::ScanOptions options;

  void add_to(CLI::App& command);
  /// The paths given and listed. Throws ectype::Error where there are none.
  [[nodiscard]] std::vector<std::string> all_paths() const;
  [[nodiscard]] ectype::ScanOptions scan_options() const;
};

/// Counts outcomes, for the words at the end and the exit status.
class Tally {
 public:
  void add(const ectype::FileResult& result);
  [[nodiscard]] bool all_examined() const { return not_examined_ == 0; }
  [[nodiscard]] std::uint64_t count(ectype::Outcome outcome) const;
  [[nodiscard]] std::uint64_t from_state() const { return from_state_; }
  /// "12 files: 10 hashed, 1 low_quality, 1 unsupported".
  [[nodiscard]] std::string summary() const;

 private:
  std::map<ectype::Outcome, std::uint64_t> counts_;
  std::uint64_t files_ = 0;
  std::uint64_t not_examined_ = 0;
  std::uint64_t from_state_ = 0;
};

}  // namespace cli
