#include "scan/thumbnail.hpp"

#include "scan/examine.hpp"

#include "ectype/compare.hpp"
#include "ectype/error.hpp"
#include "ectype/sign.hpp"
#include "ectype/sign_level.hpp"

#include <optional>
#include <string>

namespace ectype::scan {
namespace {

/// More than so many of a million unrelated pairs look as alike: then a thumbnail shows something
/// else. Of 1,536 thumbnails of 386 photos, made in four ways (fitted, with bars, squashed, cut to
/// 4:3), four came out above, and of 79,052 thumbnails of other photos all but 0.2 %. A crop may
/// pass: at three quarters of the sides most do.
constexpr double kUnrelatedPerMillion = 10'000;

Thumbnail relation(const FileResult& result, const ScanOptions& options) {
  const bool whole = result.signature.damage.empty() && result.thumbnail_signature.damage.empty();
  if (!whole || !options.level || *options.level == Level::strict) return Thumbnail::not_compared;
  MatchOptions rule;
  rule.level = *options.level;
  const LevelComparison compared = compare(result.thumbnail_signature, result.signature, rule);
  if (compared.verdict == Verdict::low_quality) return Thumbnail::not_compared;
  return compared.verdict == Verdict::no_match &&
                 compared.false_matches_per_million > kUnrelatedPerMillion
             ? Thumbnail::differs
             : Thumbnail::same;
}

}  // namespace

void examine_thumbnail(FileResult& result, const Image& image, const ScanOptions& options) {
  std::string why;
  try {
    const std::optional<Image> thumbnail = image.thumbnail(&why);
    if (thumbnail) {
      result.thumbnail_signature = options.level
                                       ? sign(*thumbnail, *options.level, options.purpose)
                                       : sign(*thumbnail, options.algorithms, options.profile);
      result.thumbnail = relation(result, options);
    }
  } catch (const Error& error) {
    why = error.what();
  }
  if (result.thumbnail == Thumbnail::differs)
    add_reason(result, "the thumbnail that it carries shows something else");
  if (result.thumbnail || why.empty()) return;
  result.thumbnail = Thumbnail::unreadable;
  add_reason(result, "warning: the thumbnail that it carries: " + why);
}

}  // namespace ectype::scan
