#include "report/html/page.hpp"

#include "report/html/assets.hpp"
#include "report/html/rows.hpp"
#include "report/html/text.hpp"
#include "report/html/words.hpp"

#include "ectype/text.hpp"

#include <array>

namespace ectype::report::html {
namespace {

std::string csp_hash(std::string_view sha256_hex) {
  std::array<std::uint8_t, 32> digest{};
  from_hex(sha256_hex, digest);
  return "'sha256-" + to_base64(digest) + "'";
}

/// Nothing may be loaded or sent, and no script or style run but ours.
std::string security_policy(bool pictures) {
  return "default-src 'none'; script-src " + csp_hash(kScriptSha256) + "; style-src " +
         csp_hash(kStyleSha256) + (pictures ? "; img-src data:" : "") +
         "; base-uri 'none'; form-action 'none'";
}

void write_head(const Write& write, const Content& content) {
  const std::string& label = content.run.case_label;
  write(kMagic);
  write(
      "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"");
  write(security_policy(content.pictures));
  write(
      "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>Scan report" +
      (label.empty() ? "" : ": " + text(label)) + "</title>\n<style>");
  write(kStyle);
  write("</style>\n</head>\n<body>\n");
}

void write_header(const Write& write, const RunRecord& run) {
  const auto fact = [&](std::string_view term, const std::string& value) {
    write("<div><dt>");
    write(term);
    write("</dt><dd>" + (value.empty() ? "not given" : name(value)) + "</dd></div>\n");
  };
  write(
      "<header>\n<h1>Scan report</h1>\n"
      "<p>Files compared with a set of known pictures by their perceptual hashes</p>\n<dl>\n");
  fact("Case", run.case_label);
  fact("Operator", run.operator_name);
  fact("Started", run.started);
  fact("Ended", run.ended);
  write("</dl>\n</header>\n");
}

constexpr std::string_view kContents = R"(<nav aria-label="Contents">
<ol>
<li><a href="#summary">Summary</a></li>
<li><a href="#method">Method</a></li>
<li><a href="#provenance">Provenance</a></li>
<li><a href="#matches">Matches</a></li>
<li><a href="#for-a-person">Files that need a person</a></li>
</ol>
</nav>
)";

std::string more_than_listed(const Rows& rows, std::string_view what) {
  if (rows.total <= rows.listed.size()) return {};
  return "<p class=\"warning\">Only the first " + number(rows.listed.size()) + " of " +
         number(rows.total) + " " + std::string(what) +
         " are listed here. The file of rows of the scan (JSON Lines or CSV) has them all.</p>\n";
}

/// Labels and transforms to choose from are those that occur: the script fills them in.
constexpr std::string_view kFilters =
    R"(<div class="filters" role="search" aria-label="Filter matches">
<p><label for="filter-text">File, known picture, label or source contains</label>
<input id="filter-text" type="search" autocomplete="off" spellcheck="false" data-filter="contains"
data-columns="file known label source"></p>
<p><label for="filter-label">Label</label>
<select id="filter-label" data-filter="equals" data-columns="label">
<option value="">any</option></select></p>
<p><label for="filter-transform">Transform</label>
<select id="filter-transform" data-filter="equals" data-columns="transform">
<option value="">any</option></select></p>
<p><label for="filter-least">Distance, at least</label>
<input id="filter-least" type="number" min="0" step="any" data-filter="least"
data-columns="distance"></p>
<p><label for="filter-most">Distance, at most</label>
<input id="filter-most" type="number" min="0" step="any" data-filter="most"
data-columns="distance"></p>
<p><label for="filter-false">Expected false matches, at most</label>
<input id="filter-false" type="number" min="0" step="any" data-filter="most"
data-columns="false"></p>
<p><button type="button" data-filter-reset>Clear filters</button></p>
</div>
)";

constexpr std::string_view kDialog =
    R"(<dialog id="confirm" aria-labelledby="confirm-title" aria-describedby="confirm-text">
<h2 id="confirm-title">Show this picture?</h2>
<p id="confirm-text">It may show what you would rather not see. Only this one picture will be shown,
and it will be hidden again when you choose it again, leave this part of the list, or print.</p>
<p class="turn"><button type="button" data-answer="hide" autofocus>Keep it hidden</button>
<button type="button" data-answer="show">Show it</button></p>
</dialog>
)";

}  // namespace

void write_matches(const Write& write, const Content& content) {
  write("<section aria-labelledby=\"matches\">\n<h2 id=\"matches\">Matches</h2>\n");
  const Rows& rows = content.matches;
  if (rows.total == 0) {
    write("<p>No file matches a known picture of the set.</p>\n</section>\n");
    return;
  }
  write(
      "<p>One row for each file and each known picture that it matches, in the order of the scan. "
      "The terms are explained under <a href=\"#method\">Method</a>.</p>\n");
  write(more_than_listed(rows, "matches"));
  if (content.pictures)
    write(
        "<p>Pictures are small and gray, and blurred until their reader asks for one and "
        "confirms.</p>\n");
  if (content.pictures_left_out > 0)
    write("<p class=\"warning\">" + count(content.pictures_left_out, "picture is", "pictures are") +
          " left out, since the page would be too large to be opened.</p>\n");
  const Table table{"match-rows", "Matches", match_columns(content.pictures),
                    std::string(kFilters)};
  write_table(write, table, rows.listed);
  if (content.pictures) write(kDialog);
  write("</section>\n");
}

void write_for_a_person(const Write& write, const Content& content) {
  write(
      "<section aria-labelledby=\"for-a-person\">\n"
      "<h2 id=\"for-a-person\">Files that need a person</h2>\n");
  if (content.for_a_person.empty())
    write("<p>None: every file was examined as a whole.</p>\n");
  else
    write(
        "<p>What follows was not examined, or not as a whole: known pictures may be among it."
        "</p>\n");
  for (const Outcome outcome : kOutcomes) {
    const auto found = content.for_a_person.find(outcome);
    if (found == content.for_a_person.end()) continue;
    const std::string word(to_string(outcome));
    const std::string title = outcome == Outcome::matched ? "matched, but damaged" : word;
    write("<h3>" + title + " <span class=\"count\">(" +
          count(found->second.total, "file", "files") + ")</span></h3>\n<p>");
    write(task(outcome));
    write("</p>\n" + more_than_listed(found->second, "files"));
    write_table(write, {word + "-rows", "Files: " + title, file_columns(), {}},
                found->second.listed);
  }
  write("</section>\n");
}

void write_page(const Write& write, const Content& content) {
  write_head(write, content);
  write_header(write, content.run);
  write(kContents);
  write("<main>\n");
  write_summary(write, content);
  write_method(write, content);
  write_provenance(write, content.run);
  write_matches(write, content);
  write_for_a_person(write, content);
  write(
      "</main>\n<footer>\n<p>A match is an investigative lead that a person must review, not "
      "proof.</p>\n</footer>\n<script>");
  write(kScript);
  write("</script>\n</body>\n</html>\n");
}

}  // namespace ectype::report::html
