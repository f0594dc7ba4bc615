#pragma once

#include "ectype/export.hpp"
#include "ectype/run_record.hpp"
#include "ectype/scan.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace ectype {

/// How much an `HtmlReport` lists: it keeps that in memory, and a browser has to open it. What is
/// beyond is counted, and the page says so and names the remedy, the rows in full.
struct HtmlReportOptions {
  std::size_t max_matches = 100'000;      ///< matches, about 1 KB of memory each
  std::size_t max_not_examined = 10'000;  ///< files of each outcome that need a person
  bool thumbnails = false;                ///< the page may show pictures
  std::size_t max_thumbnail_bytes = std::size_t{64} << 20;  ///< PNG bytes of all of them together
};

/// A scan as one self-contained HTML page for people: summary, method, provenance, matches, and the
/// files that need a person. Needs no network and, by its content security policy, may not use it.
/// Names are escaped, and characters that do not show are shown by their number. The same rows and
/// record give the same bytes.
///
/// The file is written by `finish` through an `AtomicFile`: whole or not at all, for its owner
/// only. Move-only; one thread. Errors: `Error` (storage, already_exists); invalid_argument for any
/// call after `finish`.
class ECTYPE_API HtmlReport {
 public:
  explicit HtmlReport(const std::filesystem::path& path, const HtmlReportOptions& options = {});
  HtmlReport(HtmlReport&&) noexcept;
  HtmlReport& operator=(HtmlReport&&) noexcept;
  ~HtmlReport();

  /// One row of a scan, in the order in which rows are to be listed. `thumbnail_png`: a PNG file of
  /// a small, blurred, gray picture, shown with the file's first match; empty for none. The page
  /// blurs it further until its reader asks for that one picture and confirms. Throws `Error`
  /// (invalid_argument) for bytes that are no PNG, and for any where `thumbnails` is off.
  void add(const FileResult& row, std::span<const std::uint8_t> thumbnail_png = {});

  /// Writes the page. The counts by outcome are those of `run`.
  void finish(const RunRecord& run);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ectype
