#pragma once

#include "output.hpp"
#include <ectype/atomic_file.hpp>
#include <ectype/html_report.hpp>
#include <ectype/run_record.hpp>
#include <ectype/scan.hpp>

#include <optional>
#include <string>

namespace cli {

/// What a scan writes, and where.
struct ScanOutputNames {
  std::string rows;      ///< empty or "-": stdout
  std::string form;      ///< of the rows: jsonl, csv, table; empty: as fits the place
  std::string report;    ///< an HTML page; empty for none
  std::string manifest;  ///< of the digests of these files; empty for none
  std::string state;     ///< of the scan, which is kept apart
  bool previews = false;

  /// Throws ectype::Error where they contradict each other.
  void require_valid() const;
};

/// The rows of a scan, its report and its manifest. Each file appears whole or not at all, once the
/// scan has ended; the manifest, which stands for all of them, last.
class ScanOutputs {
 public:
  explicit ScanOutputs(const ScanOutputNames& names);

  void add(const ectype::FileResult& result);
  /// Writes the record into each, and puts the files in place.
  void finish(const ectype::RunRecord& run);
  [[nodiscard]] const Output& rows() const { return rows_; }

 private:
  const ScanOutputNames names_;
  Output rows_;
  const std::string form_;
  std::optional<ectype::HtmlReport> report_;
  std::optional<ectype::AtomicFile> manifest_;
};

}  // namespace cli
