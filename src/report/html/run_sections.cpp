// What the page says of the scan as a whole.

#include "report/html/page.hpp"
#include "report/html/text.hpp"
#include "report/html/words.hpp"

#include <algorithm>

namespace ectype::report::html {
namespace {

std::uint64_t files_with(const RunRecord& run, Outcome outcome) {
  const auto found = run.outcomes.find(outcome);
  return found == run.outcomes.end() ? 0 : found->second;
}

void write_fact(const Write& write, const std::string& term, const std::string& value) {
  write("<tr><th scope=\"row\">" + term + "</th><td>" + (value.empty() ? "not given" : value) +
        "</td></tr>\n");
}

void start_facts(const Write& write, std::string_view caption) {
  write("<table class=\"facts-table\">\n<caption>");
  write(caption);
  write("</caption>\n<tbody>\n");
}

void end_facts(const Write& write) { write("</tbody>\n</table>\n"); }

std::string lines(const std::vector<std::string>& items) {
  std::string list;
  for (const std::string& item : items) list += (list.empty() ? "" : "<br>") + marked_text(item);
  return list;
}

/// As a shell would want it, so that it can be repeated.
std::string command_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view("-_./=:,+@%").find(static_cast<char>(c)) != std::string_view::npos;
    });
    std::string quoted = word;
    for (std::size_t i = 0; !plain && (i = quoted.find('\'', i)) != std::string::npos; i += 4)
      quoted.replace(i, 1, "'\\''");
    line += (line.empty() ? "" : " ") + (plain ? word : "'" + quoted + "'");
  }
  return line.empty() ? line : "<code>" + marked_text(line) + "</code>";
}

std::string code(const std::string& value) {
  return value.empty() ? value : "<code>" + marked_text(value) + "</code>";
}

/// The terms of the columns of matches.
constexpr std::string_view kTerms = R"(<h3>Terms</h3>
<dl class="terms">
<div><dt>Distance</dt><dd>How far apart two hashes are; 0 for equal ones. Distances compare within
one algorithm only.</dd></div>
<div><dt>Points</dt><dd>How many keypoints of the file and of the known picture agree on one place,
size and turn. Keypoints have no distance.</dd></div>
<div><dt>Transform</dt><dd>How the file had to be turned or mirrored to be as near: rotate90 is
counter-clockwise, flip_x mirrors top and bottom, flip_y left and right, flip_plus1 and flip_minus1
along the diagonals; “inverted” has light and dark exchanged.</dd></div>
<div><dt>Region</dt><dd>The part that was compared: whole, or content (without uniform borders);
on_white and on_black are the whole with its transparent parts on that ground. Where they differ,
that of the file and that of the known picture.</dd></div>
<div><dt>Expected false matches</dt><dd>How many matches as strong as this one are to be expected by
chance, for one such file, from as many unrelated pictures as the set holds; less is stronger. Empty
where it was not measured for the algorithm.</dd></div>
<div><dt>Recipe</dt><dd>Algorithm, version and profile of the hash of the known picture.</dd></div>
<div><dt>Names</dt><dd>A character that would not show, or would move others, stands as its number,
such as <span class="hidden-character">[U+202E]</span>; a byte that is not text as
<span class="hidden-character">[0xFF]</span>.</dd></div>
</dl>
)";

/// All but damaged files that match: they are matches first.
std::uint64_t files_for_a_person(const RunRecord& run) {
  std::uint64_t files = 0;
  for (const Outcome outcome : kOutcomes)
    if (outcome != Outcome::matched && !task(outcome).empty()) files += files_with(run, outcome);
  return files;
}

void write_figures(const Write& write, const Content& content) {
  const auto figure = [&](const std::string& term, std::uint64_t value) {
    write("<div><dt>" + term + "</dt><dd>" + number(value) + "</dd></div>\n");
  };
  write("<dl class=\"figures\">\n");
  figure("Files seen", content.run.files);
  figure("Files that match", files_with(content.run, Outcome::matched));
  figure("Matches, one for each known picture", content.matches.total);
  figure("Files not examined, or not as a whole", files_for_a_person(content.run));
  write("</dl>\n");
}

void write_outcomes(const Write& write, const RunRecord& run) {
  const auto row = [&](std::string_view outcome, std::uint64_t files, const std::string& words) {
    write("<tr><th scope=\"row\">" + std::string(outcome) + "</th><td class=\"number\">" +
          number(files) + "</td><td>" + words + "</td></tr>\n");
  };
  write(R"(<table class="outcomes">
<caption>Files by outcome; each has exactly one</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Files</th>
<th scope="col">What it means</th></tr></thead>
<tbody>
)");
  for (const Outcome outcome : kOutcomes)
    row(to_string(outcome), files_with(run, outcome), std::string(meaning(outcome)));
  write("</tbody>\n<tfoot>\n");
  row("all", run.files,
      run.bytes == 0 ? "" : count(run.bytes, "byte", "bytes") + " could be read.");
  write("</tfoot>\n</table>\n");
}

}  // namespace

void write_summary(const Write& write, const Content& content) {
  const RunRecord& run = content.run;
  write("<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">Summary</h2>\n");
  write_figures(write, content);
  if (!run.set_path.empty())
    write("<p>Compared with the " + count(run.set_items, "known picture", "known pictures") +
          " of the set " + name(run.set_path) + ".</p>\n");
  write_outcomes(write, run);
  write("</section>\n");
}

void write_method(const Write& write, const Content& content) {
  write(
      "<section aria-labelledby=\"method\">\n<h2 id=\"method\">Method</h2>\n"
      "<p>Every file was taken for what its content is; its name was not asked. Of each picture, "
      "hashes were computed that change little when a picture is resized, recompressed or "
      "slightly edited, and compared with those of every known picture of the set. ");
  for (const auto& [option, value] : content.run.options)
    if (option == "level") write(rule(value));
  write("</p>\n");
  start_facts(write, "What was asked for, and the limits");
  for (const auto& [option, value] : content.run.options)
    write_fact(write, marked_text(option), marked_text(value));
  end_facts(write);
  write(kTerms);
  write("</section>\n");
}

void write_provenance(const Write& write, const RunRecord& run) {
  write("<section aria-labelledby=\"provenance\">\n<h2 id=\"provenance\">Provenance</h2>\n");
  start_facts(write, "The set of known pictures");
  write_fact(write, "File", code(run.set_path));
  write_fact(write, "SHA-256", code(run.set_sha256));
  write_fact(write, "UUID", code(run.set_uuid));
  write_fact(write, "Generation", number(run.set_generation));
  write_fact(write, "Known pictures", number(run.set_items));
  end_facts(write);
  start_facts(write, "The run");
  write_fact(write, "Case", marked_text(run.case_label));
  write_fact(write, "Operator", marked_text(run.operator_name));
  write_fact(write, "Started", marked_text(run.started));
  write_fact(write, "Ended", marked_text(run.ended));
  write_fact(write, "Command", command_line(run.command_line));
  write_fact(write, "Folder", code(run.working_folder));
  end_facts(write);
  start_facts(write, "The programs");
  write_fact(write, "ectype", marked_text(run.version));
  write_fact(write, "Codecs", lines(run.codecs));
  write_fact(
      write, "Processor level",
      run.cpu_level.empty() ? "" : marked_text(run.cpu_level) + "; hashes do not depend on it");
  write_fact(write, "System", marked_text(run.system));
  end_facts(write);
  write("</section>\n");
}

}  // namespace ectype::report::html
