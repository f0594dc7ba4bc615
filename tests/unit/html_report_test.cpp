#include "ectype/html_report.hpp"

#include "report/html/assets.hpp"
#include "report/html/text.hpp"
#include "support/errors.hpp"
#include "support/temporary.hpp"

#include "ectype/text.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/sha.h>

namespace {

using namespace ectype;
using support::code_of;
using support::TemporaryFolder;

constexpr std::array<std::uint8_t, 12> kPng{0x89, 'P',  'N', 'G', '\r', '\n',
                                            0x1A, '\n', 1,   2,   3,    4};

FileResult matched(const std::string& path, std::size_t matches = 1) {
  FileResult result;
  result.path = path;
  result.outcome = Outcome::matched;
  for (std::size_t i = 0; i < matches; ++i) {
    Match& match = result.matches.emplace_back();
    match.item.name = "known " + std::to_string(i);
    match.recipe = match.query_recipe = Recipe::parse("pdq/1:exact");
    match.distance = 7;
    match.false_matches = 4.14e-7;
  }
  return result;
}

FileResult other(const std::string& path, Outcome outcome, const std::string& reason) {
  FileResult result;
  result.path = path;
  result.outcome = outcome;
  result.reason = reason;
  return result;
}

struct Row {
  FileResult result;
  std::span<const std::uint8_t> png = {};
};

std::string page_of(const std::vector<Row>& rows, const HtmlReportOptions& options = {},
                    RunRecord run = {}) {
  const TemporaryFolder folder;
  HtmlReport report(folder / "report.html", options);
  for (const Row& row : rows) {
    report.add(row.result, row.png);
    run.add(row.result);
  }
  report.finish(run);
  return support::read_file(folder / "report.html");
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

/// Of matches and of files for a person.
std::size_t rows_in(const std::string& page) { return count_of(page, "\n<tr><td"); }

/// What stands between the first `before` and the next `after`.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before) + before.size();
  return text.substr(start, text.find(after, start) - start);
}

std::string sha256_base64(const std::string& text) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return to_base64(digest);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(HtmlText, EscapesMarkupAndShowsWhatDoesNotShow) {
  using report::html::text;
  EXPECT_EQ(text("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(text("a\xE2\x80\xAE"
                 "b"),
            "a[U+202E]b");
  EXPECT_EQ(text(std::string("\0\n\x7F", 3)), "[U+0000][U+000A][U+007F]");
  EXPECT_EQ(text("\xC2\x85\xEF\xBB\xBF\xF3\xA0\x81\x81"), "[U+0085][U+FEFF][U+E0041]");
  EXPECT_EQ(text("\xE2\x80\xA8\xE2\x80\xA9\xE2\x81\xA6\xE2\x80\x8B"),
            "[U+2028][U+2029][U+2066][U+200B]");
  EXPECT_EQ(text("\xFF\xC3(\xED\xA0\x80\xC0\x80"), "[0xFF][0xC3]([0xED][0xA0][0x80][0xC0][0x80]");
  EXPECT_EQ(text("שלום 你好 🖼 é"), "שלום 你好 🖼 é");
  EXPECT_EQ(report::html::marked_text("<\n"),
            "&lt;<span class=\"hidden-character\">[U+000A]</span>");
}

TEST(HtmlText, NumbersAreTheSameEverywhere) {
  using namespace report::html;
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(999), "999");
  EXPECT_EQ(number(1'000), "1,000");
  EXPECT_EQ(number(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
  EXPECT_EQ(decimal(4.14159e-7), "4.14e-07");
  EXPECT_EQ(decimal(0.5), "0.5");
  EXPECT_EQ(count(1, "file", "files"), "1 file");
  EXPECT_EQ(count(0, "file", "files"), "0 files");
}

TEST(HtmlReport, ListsMatchesWithTheirEvidence) {
  FileResult row = matched("/a/b.jpg");
  Match& match = row.matches[0];
  match.transform = Transform::rotate90;
  match.inverted = true;
  match.query_region = Region::content;
  match.item.label = "label";
  match.item.source = "source";
  match.quarantined = true;
  MatchEvidence& further = match.further.emplace_back();
  further.recipe = Recipe::parse("keypoints/1:dct128");
  further.keypoints.emplace().inliers = 23;
  row.facts.emplace().size = 1234;
  row.facts->digests.sha256.emplace();
  const std::string page = page_of({{row}});
  const std::string line = between(page, "<tr><td", "\n");
  for (const char* part :
       {"/a/b.jpg", "1,234 bytes", "SHA-256 0000", "known 0", "label", "source", "pdq/<wbr>1:exact",
        "<td class=\"number\">7</td>", "rotate90, inverted", "<td>content / whole</td>", "4.14e-07",
        "also keypoints: 23 points", "in quarantine"})
    EXPECT_TRUE(contains(line, part)) << part << "\n" << line;
  EXPECT_TRUE(contains(page,
                       "A match is an investigative lead that a person must review, not "
                       "proof."));
}

TEST(HtmlReport, OutcomesAddUpAndThoseForAPersonAreListed) {
  FileResult damaged_match = matched("half.jpg");
  damaged_match.signature.damage = damaged_match.reason = "cut";
  const std::string page = page_of({{matched("a")},
                                    {damaged_match},
                                    {other("plain", Outcome::hashed, "")},
                                    {other("broken", Outcome::damaged, "no header")},
                                    {other("slow", Outcome::timed_out, "took 60 s")},
                                    {other("link", Outcome::skipped, "a symbolic link")}});
  const auto files = [&](const std::string& outcome) {
    return between(page, "<th scope=\"row\">" + outcome + "</th><td class=\"number\">", "<");
  };
  EXPECT_EQ(files("matched"), "2");
  EXPECT_EQ(files("hashed"), "1");
  EXPECT_EQ(files("damaged"), "1");
  EXPECT_EQ(files("timed_out"), "1");
  EXPECT_EQ(files("skipped"), "1");
  EXPECT_EQ(files("crashed"), "0");
  EXPECT_EQ(files("all"), "6");
  EXPECT_EQ(between(page, "<dt>Files not examined, or not as a whole</dt><dd>", "<"), "2");
  EXPECT_TRUE(contains(page, "matched, but damaged <span class=\"count\">(1 file)"));
  EXPECT_TRUE(contains(page, "<bdi>broken</bdi></td><td>no header; not compared"));
  EXPECT_TRUE(contains(page, "<bdi>slow</bdi></td><td>took 60 s"));
  EXPECT_FALSE(contains(page, "<bdi>plain</bdi>"));
  EXPECT_FALSE(contains(page, "<bdi>link</bdi>"));
}

TEST(HtmlReport, BeyondItsLimitsCountsAndSaysSo) {
  HtmlReportOptions options;
  options.max_matches = 3;
  options.max_not_examined = 2;
  std::vector<Row> rows{{matched("a", 2)}, {matched("b", 2)}, {matched("c")}};
  for (const char* name : {"1", "2", "3"}) rows.push_back({other(name, Outcome::unsupported, "")});
  rows.push_back({other("seldom", Outcome::crashed, "")});
  const std::string page = page_of(rows, options);
  EXPECT_EQ(rows_in(page), 3U + 2U + 1U);
  EXPECT_TRUE(contains(page, "Only the first 3 of 5 matches are listed here. The file of rows"));
  EXPECT_TRUE(contains(page, "Only the first 2 of 3 files are listed here. The file of rows"));
  EXPECT_TRUE(contains(page, "<bdi>seldom</bdi>"));  // many of one kind leave room for the others
}

TEST(HtmlReport, NothingOfAnybodysIsMarkup) {
  const std::string attack = "</script></noscript></style><script>alert(1)</script>\n<tr><td>";
  FileResult row = matched(attack);
  row.reason = row.matches[0].item.name = row.matches[0].item.label = attack;
  row.matches[0].item.source = attack;
  row.matches[0].recipe = Recipe::external("x");
  RunRecord run;
  run.version = run.cpu_level = run.system = run.working_folder = run.started = run.ended = attack;
  run.case_label = run.operator_name = run.set_path = run.set_uuid = run.set_sha256 = attack;
  run.codecs = run.command_line = {attack};
  run.options = {{attack, attack}};
  const std::string page =
      page_of({{row}, {other(attack, Outcome::crashed, attack)}}, HtmlReportOptions{}, run);
  EXPECT_FALSE(contains(page, "alert(1)</script>"));
  EXPECT_EQ(count_of(page, "<script"), 1U);
  EXPECT_EQ(count_of(page, "</script"), 1U);
  EXPECT_EQ(count_of(page, "</noscript"), 2U);
  EXPECT_EQ(count_of(page, "</style"), 1U);
  EXPECT_EQ(rows_in(page), 2U);
  EXPECT_EQ(count_of(page, " style="), 0U);
  EXPECT_TRUE(contains(page, "&lt;/script&gt;"));
}

TEST(HtmlReport, PolicyAllowsItsOwnScriptAndStyleAndNothingElse) {
  const std::string page = page_of({{matched("a")}});
  const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\"");
  EXPECT_EQ(policy, "default-src 'none'; script-src 'sha256-" +
                        sha256_base64(between(page, "<script>", "</script>")) +
                        "'; style-src 'sha256-" +
                        sha256_base64(between(page, "<style>", "</style>")) +
                        "'; base-uri 'none'; form-action 'none'");
  EXPECT_EQ(between(page, "<script>", "</script>"), report::html::kScript);
}

TEST(HtmlReport, HasPicturesOnlyWhereTheyWereAskedFor) {
  EXPECT_FALSE(contains(page_of({{matched("a")}}), "<img"));
  EXPECT_EQ(code_of([] { page_of({{matched("a"), kPng}}); }), ErrorCode::invalid_argument);

  HtmlReportOptions options;
  options.thumbnails = true;
  options.max_thumbnail_bytes = 2 * kPng.size();
  const std::string page =
      page_of({{matched("a", 2), kPng}, {matched("b"), kPng}, {matched("c"), kPng}, {matched("d")}},
              options);
  EXPECT_EQ(count_of(page, "<img alt=\"\" width=\"96\" height=\"96\" src=\"data:image/png;base64," +
                               to_base64(kPng) + "\">"),
            2U);
  EXPECT_TRUE(contains(page, "; img-src data:; base-uri"));
  EXPECT_TRUE(contains(page, "1 picture is left out"));
  const std::vector<std::uint8_t> no_png{'G', 'I', 'F'};
  EXPECT_EQ(code_of([&] {
              page_of({{matched("a"), no_png}}, options);
            }),
            ErrorCode::invalid_argument);
}

TEST(HtmlReport, SameRowsSameBytes) {
  const std::vector<Row> rows{{matched("a", 3)}, {other("b", Outcome::damaged, "cut")}};
  EXPECT_EQ(page_of(rows), page_of(rows));
}

TEST(HtmlReport, AppearsWholeOrNotAtAllAndReplacesReportsOnly) {
  const TemporaryFolder folder;
  const auto path = folder / "report.html";
  {
    HtmlReport report(path);
    report.add(matched("a"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  for (int i = 0; i < 2; ++i) {
    HtmlReport report(path);
    HtmlReport moved = std::move(report);
    moved.add(matched("a"));
    moved.finish({});
    EXPECT_EQ(code_of([&] { moved.add(matched("b")); }), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of([&] { moved.finish({}); }), ErrorCode::invalid_argument);
  }
  EXPECT_EQ(support::mode_of(path), 0600U);
  EXPECT_TRUE(contains(support::read_file(path), "</html>\n"));
  support::write_file(path, "<!doctype html>\n<p>somebody's");
  EXPECT_EQ(code_of([&] { HtmlReport report(path); }), ErrorCode::already_exists);
  EXPECT_EQ(code_of([&] { HtmlReport report(folder / "no folder" / "x"); }), ErrorCode::storage);
}

TEST(HtmlReport, SaysWhatWasNotGivenAndThatNothingWasFound) {
  const std::string page = page_of({});
  EXPECT_TRUE(contains(page, "<dt>Case</dt><dd>not given</dd>"));
  EXPECT_TRUE(contains(page, "No file matches a known picture of the set."));
  EXPECT_TRUE(contains(page, "None: every file was examined as a whole."));
}

TEST(HtmlReport, CommandLineCanBeRepeated) {
  RunRecord run;
  run.command_line = {"ectype", "scan", "it's here", "a$b", "", "plain-1.0"};
  EXPECT_TRUE(contains(page_of({}, {}, run),
                       "ectype scan &#39;it&#39;\\&#39;&#39;s here&#39; "
                       "&#39;a$b&#39; &#39;&#39; plain-1.0"));
}

}  // namespace
