#include "ectype/html_report.hpp"

#include "report/html/page.hpp"
#include "report/html/rows.hpp"
#include "report/html/words.hpp"

#include "ectype/atomic_file.hpp"
#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

namespace ectype {
namespace {

constexpr std::array<std::uint8_t, 8> kPngStart{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

void require_unfinished(bool unfinished) {
  if (!unfinished)
    throw Error(ErrorCode::invalid_argument, "the HTML report is finished; begin another one");
}

void require_png(std::span<const std::uint8_t> bytes, bool thumbnails) {
  if (!thumbnails)
    throw Error(ErrorCode::invalid_argument,
                "a thumbnail for an HTML report without; set its option `thumbnails`");
  if (bytes.size() < kPngStart.size() ||
      !std::equal(kPngStart.begin(), kPngStart.end(), bytes.begin()))
    throw Error(ErrorCode::invalid_argument,
                "thumbnail of " + std::to_string(bytes.size()) +
                    " bytes is no PNG; give the bytes of a PNG file, or none");
}

}  // namespace

struct HtmlReport::State {
  State(const std::filesystem::path& path, const HtmlReportOptions& limits)
      : file(path, report::html::kMagic), options(limits) {}

  std::string take_picture(std::span<const std::uint8_t> png);
  void add_matches(const FileResult& result, std::span<const std::uint8_t> png);
  void add_for_a_person(const FileResult& result);

  AtomicFile file;
  HtmlReportOptions options;
  report::html::Rows matches;
  std::map<Outcome, report::html::Rows> for_a_person;
  std::size_t thumbnail_bytes = 0;
  std::uint64_t pictures_left_out = 0;
};

/// Its markup; empty where there is none, or no more room.
std::string HtmlReport::State::take_picture(std::span<const std::uint8_t> png) {
  if (png.empty()) return {};
  if (png.size() > options.max_thumbnail_bytes - thumbnail_bytes) {
    ++pictures_left_out;
    return {};
  }
  thumbnail_bytes += png.size();
  return report::html::picture(png);
}

void HtmlReport::State::add_matches(const FileResult& result, std::span<const std::uint8_t> png) {
  for (const Match& match : result.matches) {
    ++matches.total;
    if (matches.listed.size() >= options.max_matches) continue;
    const bool first = &match == result.matches.data();
    const std::string picture = first ? take_picture(png) : std::string();
    matches.listed.push_back(
        report::html::match_row(result, match, matches.total, options.thumbnails, picture));
  }
}

void HtmlReport::State::add_for_a_person(const FileResult& result) {
  if (result.outcome == Outcome::matched ? result.signature.damage.empty()
                                         : report::html::task(result.outcome).empty())
    return;
  report::html::Rows& rows = for_a_person[result.outcome];
  ++rows.total;
  if (rows.listed.size() < options.max_not_examined)
    rows.listed.push_back(report::html::file_row(result));
}

HtmlReport::HtmlReport(const std::filesystem::path& path, const HtmlReportOptions& options)
    : state_(std::make_unique<State>(path, options)) {}
HtmlReport::HtmlReport(HtmlReport&&) noexcept = default;
HtmlReport& HtmlReport::operator=(HtmlReport&&) noexcept = default;
HtmlReport::~HtmlReport() = default;

void HtmlReport::add(const FileResult& row, std::span<const std::uint8_t> thumbnail_png) {
  require_unfinished(state_ != nullptr);
  if (!thumbnail_png.empty()) require_png(thumbnail_png, state_->options.thumbnails);
  state_->add_matches(row, thumbnail_png);
  state_->add_for_a_person(row);
}

void HtmlReport::finish(const RunRecord& run) {
  require_unfinished(state_ != nullptr);
  const std::unique_ptr<State> state = std::move(state_);
  report::html::write_page([&](std::string_view markup) { state->file.write(markup); },
                           {run, state->matches, state->for_a_person, state->options.thumbnails,
                            state->pictures_left_out});
  state->file.commit();
}

}  // namespace ectype
