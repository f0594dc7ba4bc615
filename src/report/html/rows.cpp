#include "report/html/rows.hpp"

#include "report/html/text.hpp"
#include "report/time_text.hpp"

#include "ectype/text.hpp"

#include <array>
#include <vector>

namespace ectype::report::html {
namespace {

constexpr std::array<Column, 13> kMatchColumns{{{"place", "No.", Kind::number},
                                                {"file", "File"},
                                                {"known", "Known picture"},
                                                {"label", "Label"},
                                                {"source", "Source"},
                                                {"recipe", "Recipe"},
                                                {"distance", "Distance", Kind::number},
                                                {"points", "Points", Kind::number},
                                                {"transform", "Transform"},
                                                {"region", "Region"},
                                                {"false", "Expected false matches", Kind::number},
                                                {"notes", "Notes"},
                                                {"picture", "Picture", Kind::picture}}};

constexpr std::array<Column, 2> kFileColumns{{{"file", "File"}, {"reason", "Reason"}}};

void add_part(std::string& list, const std::string& part, std::string_view separator) {
  if (part.empty()) return;
  if (!list.empty()) list += separator;
  list += part;
}

/// To the second, as people read it; the rows of the scan have all of it.
std::string time_of(const FileFacts& facts) {
  const std::string time = time_text(facts.modified_seconds, facts.modified_nanoseconds);
  return time.empty() ? time : time.substr(0, time.find('.')) + "Z";
}

std::string fact_line(const std::string& line, std::string_view style) {
  return line.empty() ? line : " <span class=\"" + std::string(style) + "\">" + line + "</span>";
}

/// Picture, size, time and digest of a file, as far as they are known.
std::string facts(const FileResult& result) {
  std::string line, digest;
  if (const auto& info = result.info)
    add_part(line,
             std::string(to_string(info->format)) + " " + number(info->width) + " × " +
                 number(info->height),
             ", ");
  if (const auto& known = result.facts) {
    add_part(line, count(known->size, "byte", "bytes"), ", ");
    if (const std::string time = time_of(*known); !time.empty())
      add_part(line, "<span class=\"time\">modified " + time + "</span>", ", ");
    if (known->digests.sha256) digest = "SHA-256 " + to_hex(*known->digests.sha256);
  }
  return fact_line(line, "facts") + fact_line(digest, "facts digest");
}

std::string file_cell(const FileResult& result) {
  return name(display_path(result)) + facts(result);
}

/// A line may end after its algorithm.
std::string recipe(const Recipe& recipe) {
  std::string markup = text(recipe.to_string());
  if (const std::size_t slash = markup.find('/'); slash != std::string::npos)
    markup.insert(slash + 1, "<wbr>");
  return markup;
}

/// That of the stored hash, and the other one where they differ.
std::string recipes(const MatchEvidence& evidence) {
  const bool same = evidence.query_recipe == evidence.recipe || evidence.query_recipe == Recipe{};
  return recipe(evidence.recipe) + (same ? "" : "; file: " + recipe(evidence.query_recipe));
}

std::string transform(const MatchEvidence& evidence) {
  return std::string(to_string(evidence.transform)) + (evidence.inverted ? ", inverted" : "");
}

/// That of the file first, where they differ.
std::string regions(const MatchEvidence& evidence) {
  const std::string stored(to_string(evidence.region));
  if (evidence.region == evidence.query_region) return stored;
  return std::string(to_string(evidence.query_region)) + " / " + stored;
}

std::string distance_or_points(const MatchEvidence& evidence) {
  if (evidence.keypoints)
    return count(static_cast<std::uint64_t>(evidence.keypoints->inliers), "point", "points");
  return "distance " + std::to_string(evidence.distance);
}

std::string_view name_of(DigestKind kind) {
  switch (kind) {
    case DigestKind::md5:
      return "MD5";
    case DigestKind::sha1:
      return "SHA-1";
    case DigestKind::sha256:
      return "SHA-256";
  }
  return "digest";
}

std::string notes(const FileResult& result, const Match& match) {
  std::string list;
  if (match.of_thumbnail) add_part(list, "by the thumbnail that the file carries", "; ");
  if (match.exact) add_part(list, "the same bytes, by " + std::string(name_of(*match.exact)), "; ");
  for (const MatchEvidence& further : match.further)
    add_part(list, "also " + text(further.recipe.algorithm) + ": " + distance_or_points(further),
             "; ");
  if (match.tolerance > 0)
    add_part(list, "the recipes alone may differ by " + std::to_string(match.tolerance), "; ");
  if (match.quality) add_part(list, "quality " + std::to_string(*match.quality), "; ");
  if (match.damaged) add_part(list, "damaged", "; ");
  if (match.quarantined) add_part(list, "in quarantine", "; ");
  if (result.facts && result.facts->changed) add_part(list, "file changed during the scan", "; ");
  add_part(list, marked_text(result.reason), "; ");
  return list;
}

}  // namespace

std::string display_path(const FileResult& result) {
  std::string path = result.path;
  for (const std::string& member : result.members) path += " → " + member;
  return path;
}

std::span<const Column> match_columns(bool pictures) {
  return std::span(kMatchColumns).first(kMatchColumns.size() - (pictures ? 0 : 1));
}

std::string match_row(const FileResult& result, const Match& match, std::uint64_t place,
                      bool pictures, const std::string& picture) {
  std::vector<std::string> cells{std::to_string(place),
                                 file_cell(result),
                                 name(match.item.name),
                                 name(match.item.label),
                                 name(match.item.source),
                                 match.of_pictures() ? recipes(match) : "",
                                 match.distance < 0 ? "" : std::to_string(match.distance),
                                 match.keypoints ? std::to_string(match.keypoints->inliers) : "",
                                 match.of_pictures() ? transform(match) : "",
                                 match.of_pictures() ? regions(match) : "",
                                 match.false_matches ? decimal(*match.false_matches) : "",
                                 notes(result, match),
                                 picture};
  return table_row(match_columns(pictures), cells);
}

std::string picture(std::span<const std::uint8_t> png) {
  return "<img alt=\"\" width=\"96\" height=\"96\" src=\"data:image/png;base64," + to_base64(png) +
         "\">";
}

std::span<const Column> file_columns() { return kFileColumns; }

std::string file_row(const FileResult& result) {
  std::string reason = marked_text(result.reason);
  if (result.outcome == Outcome::damaged)
    add_part(reason, result.examined() ? "compared as far as decoded" : "not compared", "; ");
  return table_row(kFileColumns, std::vector{file_cell(result), reason});
}

}  // namespace ectype::report::html
