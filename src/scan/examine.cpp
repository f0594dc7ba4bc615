#include "scan/examine.hpp"

#include "scan/thumbnail.hpp"

#include "ectype/algorithms.hpp"
#include "ectype/error.hpp"
#include "ectype/sign.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iterator>
#include <new>
#include <utility>

namespace ectype {
namespace {

Outcome outcome_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::unsupported:
      return Outcome::unsupported;
    case ErrorCode::damaged:
      return Outcome::damaged;
    case ErrorCode::over_limit:
      return Outcome::over_limit;
    case ErrorCode::invalid_argument:  // of a path
    case ErrorCode::unreadable:
    case ErrorCode::not_found:
      return Outcome::unreadable;
    default:
      return Outcome::crashed;
  }
}

/// The row names the file already: its message need not.
std::string without_path(const std::string& message, const std::string& path) {
  const bool begins = !path.empty() && message.rfind(path + ": ", 0) == 0;
  return begins ? message.substr(path.size() + 2) : message;
}

std::string damage_in_words(const Signature& signature) {
  if (signature.intact == 1)
    return "damaged: " + signature.damage + "; some of its rows may be wrong";
  char percent[32];
  std::snprintf(percent, sizeof percent, "%.1f", 100 * signature.intact);
  return "damaged: " + signature.damage + "; " + percent + " % of the rows decoded";
}

std::string why_without_hash(const ImageInfo& info, const AlgorithmInfo& algorithm) {
  const std::string size = std::to_string(info.width) + " x " + std::to_string(info.height);
  if (std::min(info.width, info.height) < algorithm.min_side)
    return "too small to be hashed: " + size + ", a side needs " +
           std::to_string(algorithm.min_side) + " pixels";
  return "too long to be hashed: " + size + ", a side may have " +
         std::to_string(algorithm.max_side) + " pixels";
}

void judge_quality(FileResult& result, const ScanOptions& options) {
  const int min_quality = options.match.quality_needed();
  if (result.signature.hashes.empty()) {
    if (!result.signature.damage.empty() && result.signature.intact == 0) return;
    result.outcome = Outcome::low_quality;
    const std::string first = options.level ? "pdq" : options.algorithms.front();
    result.reason = why_without_hash(*result.info, find_algorithm(first));
    return;
  }
  const auto& hashes = result.signature.hashes;
  if (std::any_of(hashes.begin(), hashes.end(),
                  [=](const SignatureHash& hash) { return hash.quality.trusted(min_quality); }))
    return;
  const Quality quality = hashes.front().quality;
  result.outcome = Outcome::low_quality;
  result.reason = quality.degenerate
                      ? "degenerate: the picture is flat or symmetric, its hash carries no content"
                      : "quality " + std::to_string(quality.value) + ", " +
                            std::to_string(min_quality) + " are needed to match";
}

void hash(FileResult& result, const Image& image, const ScanOptions& options) {
  result.info = image.info();
  result.signature = options.level ? sign(image, *options.level, options.purpose)
                                   : sign(image, options.algorithms, options.profile);
  const bool damaged = !result.signature.damage.empty();
  if (damaged) result.outcome = Outcome::damaged;
  judge_quality(result, options);
  if (damaged) scan::add_reason(result, damage_in_words(result.signature));
  for (const std::string& warning : result.info->warnings)
    scan::add_reason(result, "warning: " + warning);
  if (options.thumbnails) scan::examine_thumbnail(result, image, options);
}

/// Matches of the same bytes, with what their pictures say where that is a match too; then the
/// others, in their order.
std::vector<Match> exact_first(std::vector<Match> exact, std::vector<Match> others) {
  for (Match& match : exact) {
    const auto same = std::find_if(others.begin(), others.end(), [&](const Match& other) {
      return other.item.id == match.item.id;
    });
    if (same == others.end()) continue;
    same->exact = match.exact;
    match = std::move(*same);
    others.erase(same);
  }
  exact.insert(exact.end(), std::make_move_iterator(others.begin()),
               std::make_move_iterator(others.end()));
  return exact;
}

/// Of pictures that the file's own does not match.
void add_thumbnail_matches(std::vector<Match>& matches, std::vector<Match> of_thumbnail) {
  const std::size_t of_picture = matches.size();
  for (Match& match : of_thumbnail) {
    const auto end = matches.begin() + static_cast<std::ptrdiff_t>(of_picture);
    const bool known = std::any_of(
        matches.begin(), end, [&](const Match& other) { return other.item.id == match.item.id; });
    if (known) continue;
    match.of_thumbnail = true;
    matches.push_back(std::move(match));
  }
}

}  // namespace

void scan::add_reason(FileResult& result, const std::string& reason) {
  result.reason += (result.reason.empty() ? "" : "; ") + reason;
}

void scan::set_failed(FileResult& result, const Error& error, const std::string& name) {
  result.outcome = outcome_of(error.code());
  result.reason = without_path(error.what(), name);
}

FileResult scan::decode_and_hash(const std::function<Image()>& open, const std::string& name,
                                 const ScanOptions& options) {
  FileResult result;
  try {
    hash(result, open(), options);
  } catch (const Error& error) {
    set_failed(result, error, name);
  } catch (const std::bad_alloc&) {
    result.outcome = Outcome::over_limit;
    result.reason = "not enough memory to decode it";
  } catch (const std::exception& error) {
    result.outcome = Outcome::crashed;
    result.reason = error.what();
  }
  return result;
}

FileResult scan::decode_descriptor(int descriptor, const ScanOptions& options) {
  return decode_and_hash([&] { return Image::open(descriptor, options.limits); },
                         "descriptor " + std::to_string(descriptor), options);
}

void scan::conclude(FileResult& result, const ScanOptions& options) {
  if (const auto& hashes = result.signature.hashes; !hashes.empty()) {
    result.recipe = hashes.front().recipe;
    result.quality = hashes.front().quality;
  }
  // What is wrong with the set is no fault of the file: it is thrown.
  if (options.against == nullptr) return;
  result.matches = options.against->match(result.signature, options.match);
  if (!result.thumbnail_signature.hashes.empty())
    add_thumbnail_matches(result.matches,
                          options.against->match(result.thumbnail_signature, options.match));
  if (result.facts) {
    auto exact = options.against->match_exact(result.facts->digests, options.match);
    result.matches = exact_first(std::move(exact), std::move(result.matches));
  }
  if (!result.matches.empty()) result.outcome = Outcome::matched;
}

}  // namespace ectype
