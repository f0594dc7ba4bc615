#include "scan/describe.hpp"

#include "scan/archive_reader.hpp"

#include "ectype/error.hpp"
#include "ectype/level.hpp"
#include "ectype/version.hpp"

#include <algorithm>
#include <cstdio>
#include <system_error>

namespace ectype {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

const char* yes_or_no(bool value) { return value ? "yes" : "no"; }

}  // namespace

std::vector<std::pair<std::string, std::string>> describe(const ScanOptions& options) {
  std::vector<std::pair<std::string, std::string>> list;
  const auto note = [&](const char* name, const std::string& value) {
    list.emplace_back(name, value);
  };
  const MatchOptions& match = options.match;
  if (options.level) {
    note("level", std::string(to_string(*options.level)));
  } else {
    note("algorithms", joined(options.algorithms));
  }
  note("profile", options.profile == PdqProfile::fast ? "fast" : "exact");
  if (options.against != nullptr) {
    if (match.level == Level::strict)
      note("radius", match.radius ? std::to_string(*match.radius) : "of each algorithm");
    else
      note("false matches per million", decimal(match.false_matches_per_million));
    note("mirrored and turned", yes_or_no(match.dihedral));
    note("least quality", std::to_string(match.quality_needed()));
    note("quarantined hashes too", yes_or_no(match.include_quarantined));
  }
  note("digests", options.facts ? "up to " + std::to_string(options.max_digest_bytes) + " bytes"
                                : std::string("no"));
  note("embedded thumbnails", options.thumbnails ? "matched" : "not matched");
  note("previews", options.previews ? "blurred" : "none");
  note("most pixels", std::to_string(options.limits.max_pixels));
  note("most bytes per pixel", std::to_string(options.limits.max_bytes_per_pixel));
  note("most JPEG scans", std::to_string(options.limits.max_jpeg_scans));
  note("most input bytes", std::to_string(options.limits.max_input_bytes));
  if (options.archives) {
    note("archives", "unpacked by " + scan::archive_version());
    note("most archives within each other", std::to_string(options.archives->max_depth));
    note("most bytes unpacked a byte", std::to_string(options.archives->max_ratio) + ", and " +
                                           std::to_string(options.archives->free_bytes));
    note("most bytes of a member", std::to_string(options.archives->max_member_bytes));
    note("most members", std::to_string(options.archives->max_members));
  } else {
    note("archives", "not unpacked");
  }
  if (options.isolation) {
    note("deadline of a file", std::to_string(options.isolation->deadline.count()) + " ms");
    note("memory of a decoder", std::to_string(options.isolation->max_memory) + " bytes");
    note("files per decoder", std::to_string(options.isolation->files_per_worker));
  } else {
    note("isolation of decoders", "no");
  }
  return list;
}

std::string scan::state_options(const ScanOptions& options) {
  std::string text = "ectype: " + std::string(version()) + "\n";
  for (const std::string& codec : codec_versions()) text += "codec: " + codec + "\n";
  for (const auto& [name, value] : describe(options)) text += name + ": " + value + "\n";
  if (options.against != nullptr) {
    const HashSetIdentity set = options.against->identity();
    text += "hash set: " + set.uuid + ", generation " + std::to_string(set.generation) +
            ", change " + std::to_string(set.change) + "\n";
  }
  return text;
}

void scan::require_outside(const std::filesystem::path& file,
                           std::span<const std::string> scanned) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path place = fs::weakly_canonical(fs::absolute(file), error);
  for (const std::string& path : scanned) {
    if (!fs::is_directory(path, error)) continue;
    const fs::path folder = fs::canonical(path, error);
    if (error) continue;
    const auto [end, unused] =
        std::mismatch(folder.begin(), folder.end(), place.begin(), place.end());
    if (end == folder.end())
      throw Error(ErrorCode::invalid_argument,
                  file.string() + ": lies in '" + path +
                      "', which is scanned, and would be written to; put it elsewhere");
  }
}

}  // namespace ectype
