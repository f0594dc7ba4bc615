#include "ectype/report.hpp"
#include "ectype/row_text.hpp"

#include <algorithm>

namespace ectype {
namespace {

constexpr std::size_t kPathWidth = 44;
constexpr std::size_t kOutcomeWidth = 11;
constexpr std::size_t kDistanceWidth = 8;
constexpr std::size_t kTransformWidth = 11;

constexpr std::size_t kIdsWidth = 10;
constexpr std::size_t kCountWidth = 7;
constexpr std::size_t kMutualWidth = 6;
constexpr std::size_t kStateWidth = 11;

/// Characters, not bytes; wide ones count as one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t used = width_of(text);
  text.append(used < width ? width - used : 0, ' ');
  return text + "  ";
}

std::string line(std::string path, std::string outcome, std::string distance, std::string transform,
                 const std::string& rest) {
  std::string text = padded(std::move(path), kPathWidth) +
                     padded(std::move(outcome), kOutcomeWidth) +
                     padded(std::move(distance), kDistanceWidth) +
                     padded(std::move(transform), kTransformWidth) + rest;
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string strength(const Match& match) {
  if (match.exact) return std::string(to_string(*match.exact));
  if (match.keypoints) return std::to_string(match.keypoints->inliers) + " pts";
  return std::to_string(match.distance);
}

std::string hub_line(std::string ids, std::string count, std::string mutual, std::string state,
                     const std::string& rest) {
  return padded(std::move(ids), kIdsWidth) + padded(std::move(count), kCountWidth) +
         padded(std::move(mutual), kMutualWidth) + padded(std::move(state), kStateWidth) + rest +
         "\n";
}

}  // namespace

std::string scan_header_table() {
  return line("FILE", "OUTCOME", "DISTANCE", "TRANSFORM", "KNOWN PICTURE (label) / reason");
}

std::string scan_row_table(const FileResult& result) {
  std::string path = one_line(result.path);
  for (const std::string& member : result.members) path += " > " + one_line(member);
  const std::string outcome(to_string(result.outcome));
  if (result.matches.empty()) {
    const bool plain = result.outcome == Outcome::hashed && result.reason.empty();
    return line(path, outcome, "", "", plain ? "no known picture" : one_line(result.reason));
  }
  std::string text;
  for (const Match& match : result.matches) {
    std::string known = one_line(match.item.name);
    if (!match.item.label.empty()) known += " (" + one_line(match.item.label) + ")";
    if (match.quarantined) known += "; in quarantine";
    if (match.of_thumbnail) known += "; by the thumbnail that the file carries";
    if (text.empty() && !result.reason.empty()) known += "; " + one_line(result.reason);
    text += line(path, outcome, strength(match),
                 match.of_pictures() ? std::string(to_string(match.transform)) : "", known);
  }
  return text;
}

std::string hub_header_table() {
  return hub_line("HASH ID", "MATCHES", "MUTUAL", "QUARANTINED", "PICTURE: some that it matches");
}

std::string hub_row_table(const Hub& hub) {
  std::string ids = std::to_string(hub.hash_ids[0]);
  if (const std::size_t more = hub.hash_ids.size() - 1; more > 0)
    ids += " and " + std::to_string(more) + " more";
  const std::string state = hub.quarantined == 0                     ? "no"
                            : hub.quarantined == hub.hash_ids.size() ? "yes"
                                                                     : "in part";
  std::string matched;
  for (const Item& item : hub.matched)
    matched += (matched.empty() ? ": " : ", ") + one_line(item.name);
  if (hub.matched.size() < hub.count)
    matched +=
        (matched.empty() ? ": " : ", ") + std::string("... (") + std::to_string(hub.count) + ")";
  return hub_line(std::move(ids), std::to_string(hub.count),
                  std::to_string(hub.mutual_percent) + " %", state,
                  one_line(hub.item.name) + matched);
}

}  // namespace ectype
