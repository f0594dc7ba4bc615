#include "scan_outputs.hpp"

#include "manifest.hpp"
#include <ectype/error.hpp>
#include <ectype/report.hpp>

#include <cstdio>
#include <filesystem>
#include <map>
#include <span>
#include <vector>

namespace cli {
namespace {

std::string form_of(const ScanOutputNames& names, const Output& rows) {
  if (!names.form.empty()) return names.form;
  return rows.is_terminal() ? "table" : "jsonl";
}

}  // namespace

void ScanOutputNames::require_valid() const {
  const auto refuse = [](const std::string& why) {
    throw ectype::Error(ectype::ErrorCode::invalid_argument, why);
  };
  const bool to_stdout = rows.empty() || rows == "-";
  if (!manifest.empty() && to_stdout)
    refuse("--manifest tells the digests of files: write the rows to one, with -o");
  if (previews && report.empty()) refuse("--thumbnails are for a report; name it by --report");
  std::map<std::filesystem::path, std::string> taken;
  const auto take = [&](const std::string& option, const std::string& file) {
    if (file.empty() || file == "-") return;
    const auto [other, is_free] =
        taken.emplace(std::filesystem::weakly_canonical(std::filesystem::absolute(file)), option);
    if (!is_free) refuse(option + " and " + other->second + " name the same file: " + file);
  };
  take("--state", state);
  take("-o", rows);
  take("--report", report);
  take("--manifest", manifest);
}

ScanOutputs::ScanOutputs(const ScanOutputNames& names)
    : names_(names), rows_(names.rows), form_(form_of(names, rows_)) {
  if (!names.report.empty()) {
    ectype::HtmlReportOptions options;
    options.thumbnails = names.previews;
    report_.emplace(names.report, options);
  }
  if (!names.manifest.empty()) manifest_.emplace(names.manifest);
  if (form_ == "csv") rows_.write(ectype::scan_header_csv());
  if (form_ == "table") rows_.write(ectype::scan_header_table());
}

void ScanOutputs::add(const ectype::FileResult& result) {
  rows_.write(form_ == "csv"     ? scan_row_csv(result)
              : form_ == "table" ? scan_row_table(result)
                                 : scan_row_json(result));
  if (!report_) return;
  const std::string png = result.preview && names_.previews ? result.preview->to_png() : "";
  report_->add(result, std::span(reinterpret_cast<const std::uint8_t*>(png.data()), png.size()));
}

void ScanOutputs::finish(const ectype::RunRecord& run) {
  // An older one must not vouch for what takes the place of what it saw.
  if (manifest_) std::filesystem::remove(names_.manifest);
  if (form_ == "csv") rows_.write(run_record_csv(run));
  if (form_ == "jsonl") rows_.write(run_record_json(run));
  rows_.commit();
  std::vector<std::string> files;
  if (!names_.rows.empty() && names_.rows != "-") files.push_back(names_.rows);
  if (report_) {
    report_->finish(run);
    files.push_back(names_.report);
  }
  if (!manifest_) return;
  const std::string sha256 = write_manifest(*manifest_, names_.manifest, files, run);
  std::fprintf(stderr, "SHA-256 of the manifest: %s\n", sha256.c_str());
}

}  // namespace cli
