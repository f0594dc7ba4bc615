#include "scan/result_bytes.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <optional>
#include <string>
#include <utility>

namespace ectype::scan {
namespace {

constexpr std::uint64_t kMostWarnings = 1000;
constexpr std::uint64_t kMostMembers = 1000;  // archives within archives
constexpr std::uint64_t kMostMatches = 1 << 24;

/// A flag, then the value where it is there.
template <typename Value, typename Put>
void put_optional(ByteWriter& writer, const std::optional<Value>& value, Put put_value) {
  writer.put_flag(value.has_value());
  if (value) put_value(*value);
}

template <typename Read>
auto read_optional(ByteReader& reader, Read read_value) -> std::optional<decltype(read_value())> {
  if (!reader.flag()) return std::nullopt;
  return read_value();
}

void put_signed(ByteWriter& writer, std::int64_t value) {
  writer.put(static_cast<std::uint64_t>(value), 8);
}

std::int64_t read_signed(ByteReader& reader) { return static_cast<std::int64_t>(reader.number(8)); }

int read_int(ByteReader& reader) {
  const std::int64_t value = read_signed(reader);
  if (value < INT_MIN || value > INT_MAX) reader.fail("a number is " + std::to_string(value));
  return static_cast<int>(value);
}

template <std::size_t Size>
void put_digest(ByteWriter& writer, const std::optional<std::array<std::uint8_t, Size>>& digest) {
  put_optional(writer, digest, [&](const auto& bytes) { writer.put_text(bytes); });
}

template <std::size_t Size>
void read_digest(ByteReader& reader, std::optional<std::array<std::uint8_t, Size>>& digest) {
  if (!reader.flag()) return;
  const auto bytes = reader.bytes();
  if (bytes.size() != Size) reader.fail("a digest has a wrong length");
  std::copy(bytes.begin(), bytes.end(), digest.emplace().begin());
}

void put(ByteWriter& writer, const FileDigests& digests) {
  put_digest(writer, digests.md5);
  put_digest(writer, digests.sha1);
  put_digest(writer, digests.sha256);
}

FileDigests read_digests(ByteReader& reader) {
  FileDigests digests;
  read_digest(reader, digests.md5);
  read_digest(reader, digests.sha1);
  read_digest(reader, digests.sha256);
  return digests;
}

void put(ByteWriter& writer, const FileFacts& facts) {
  writer.put(facts.size, 8);
  put_signed(writer, facts.modified_seconds);
  writer.put(facts.modified_nanoseconds, 4);
  put(writer, facts.digests);
  writer.put_flag(facts.changed);
}

FileFacts read_facts(ByteReader& reader) {
  FileFacts facts;
  facts.size = reader.number(8);
  facts.modified_seconds = read_signed(reader);
  facts.modified_nanoseconds = static_cast<std::uint32_t>(reader.number(4));
  facts.digests = read_digests(reader);
  facts.changed = reader.flag();
  return facts;
}

void put(ByteWriter& writer, const Quality& quality) {
  writer.put(quality.value, 1);
  writer.put_flag(quality.degenerate);
}

Quality read_quality(ByteReader& reader) {
  Quality quality;
  quality.value = static_cast<std::uint8_t>(reader.number(1, 100));
  quality.degenerate = reader.flag();
  return quality;
}

void put(ByteWriter& writer, const std::array<PicturePoint, 4>& corners) {
  for (const PicturePoint& corner : corners) {
    writer.put_real(corner.x);
    writer.put_real(corner.y);
  }
}

void read_corners(ByteReader& reader, std::array<PicturePoint, 4>& corners) {
  for (PicturePoint& corner : corners) {
    corner.x = reader.real();
    corner.y = reader.real();
  }
}

void put(ByteWriter& writer, const KeypointMatch& match) {
  put_signed(writer, match.inliers);
  writer.put_flag(match.mirrored);
  writer.put_flag(match.inverted);
  for (const double value : match.transform) writer.put_real(value);
  put(writer, match.reference_region);
  put(writer, match.query_region);
}

KeypointMatch read_keypoints(ByteReader& reader) {
  KeypointMatch match;
  match.inliers = read_int(reader);
  match.mirrored = reader.flag();
  match.inverted = reader.flag();
  for (double& value : match.transform) value = reader.real();
  read_corners(reader, match.reference_region);
  read_corners(reader, match.query_region);
  return match;
}

/// Where bytes alone are the evidence, there are no recipes.
void put(ByteWriter& writer, const Recipe& recipe) {
  writer.put_text(recipe.algorithm.empty() ? std::string() : recipe.to_string());
}

Recipe read_recipe(ByteReader& reader) {
  const std::string text = reader.text();
  return text.empty() ? Recipe{} : Recipe::parse(text);
}

void put(ByteWriter& writer, const MatchEvidence& evidence) {
  put_signed(writer, evidence.distance);
  put_enum(writer, evidence.transform);
  writer.put_flag(evidence.inverted);
  put_enum(writer, evidence.query_region);
  put_enum(writer, evidence.region);
  put(writer, evidence.recipe);
  put(writer, evidence.query_recipe);
  put_signed(writer, evidence.tolerance);
  put_optional(writer, evidence.quality, [&](int value) { put_signed(writer, value); });
  put_signed(writer, evidence.least_quality);
  writer.put_flag(evidence.damaged);
  put_signed(writer, evidence.hash_id);
  writer.put_flag(evidence.quarantined);
  put_optional(writer, evidence.keypoints, [&](const KeypointMatch& match) { put(writer, match); });
}

void read_evidence(ByteReader& reader, MatchEvidence& evidence) {
  evidence.distance = read_int(reader);
  evidence.transform = read_enum(reader, kTransforms.back());
  evidence.inverted = reader.flag();
  evidence.query_region = read_enum(reader, Region::on_black);
  evidence.region = read_enum(reader, Region::on_black);
  evidence.recipe = read_recipe(reader);
  evidence.query_recipe = read_recipe(reader);
  evidence.tolerance = read_int(reader);
  evidence.quality = read_optional(reader, [&] { return read_int(reader); });
  evidence.least_quality = read_int(reader);
  evidence.damaged = reader.flag();
  evidence.hash_id = read_signed(reader);
  evidence.quarantined = reader.flag();
  evidence.keypoints = read_optional(reader, [&] { return read_keypoints(reader); });
}

void put(ByteWriter& writer, const Item& item) {
  put_signed(writer, item.id);
  for (const std::string* text :
       {&item.name, &item.label, &item.source, &item.category, &item.category_profile, &item.notes})
    writer.put_text(*text);
  put(writer, item.digests);
}

Item read_item(ByteReader& reader) {
  Item item;
  item.id = read_signed(reader);
  for (std::string* text :
       {&item.name, &item.label, &item.source, &item.category, &item.category_profile, &item.notes})
    *text = reader.text();
  item.digests = read_digests(reader);
  return item;
}

void put(ByteWriter& writer, const Match& match) {
  put(writer, static_cast<const MatchEvidence&>(match));
  put(writer, match.item);
  writer.put(match.further.size(), 4);
  for (const MatchEvidence& evidence : match.further) put(writer, evidence);
  put_optional(writer, match.false_matches, [&](double value) { writer.put_real(value); });
  writer.put_flag(match.of_thumbnail);
  put_optional(writer, match.exact, [&](DigestKind kind) { put_enum(writer, kind); });
}

Match read_match(ByteReader& reader) {
  Match match;
  read_evidence(reader, match);
  match.item = read_item(reader);
  for (std::uint64_t left = reader.number(4, kMostMatches); left > 0; --left)
    read_evidence(reader, match.further.emplace_back());
  match.false_matches = read_optional(reader, [&] { return reader.real(); });
  match.of_thumbnail = reader.flag();
  match.exact = read_optional(reader, [&] { return read_enum(reader, DigestKind::sha256); });
  return match;
}

}  // namespace

void put(ByteWriter& writer, const Preview& preview) {
  writer.put(preview.width, 4);
  writer.put(preview.height, 4);
  writer.put_text(preview.gray);
}

Preview read_preview(ByteReader& reader) {
  Preview preview;
  preview.width = static_cast<std::uint32_t>(reader.number(4, Preview::kMostPixels));
  preview.height = static_cast<std::uint32_t>(reader.number(4, Preview::kMostPixels));
  const auto gray = reader.bytes();
  preview.gray.assign(gray.begin(), gray.end());
  if (preview.gray.empty() || preview.gray.size() != std::size_t{preview.width} * preview.height)
    reader.fail("a preview is not of its size");
  return preview;
}

void put(ByteWriter& writer, const ImageInfo& info) {
  put_enum(writer, info.format);
  writer.put(info.width, 4);
  writer.put(info.height, 4);
  writer.put(static_cast<std::uint64_t>(info.orientation), 1);
  writer.put_flag(info.has_alpha);
  writer.put_flag(info.has_icc_profile);
  writer.put(static_cast<std::uint64_t>(info.bits_per_channel), 1);
  writer.put(info.frames, 4);
  writer.put_text(info.color);
  writer.put_text(info.decoder);
  writer.put(info.warnings.size(), 4);
  for (const std::string& warning : info.warnings) writer.put_text(warning);
}

ImageInfo read_info(ByteReader& reader) {
  ImageInfo info;
  info.format = read_enum(reader, Format::pixels);
  info.width = static_cast<std::uint32_t>(reader.number(4));
  info.height = static_cast<std::uint32_t>(reader.number(4));
  info.orientation = static_cast<int>(reader.number(1, 8));
  info.has_alpha = reader.flag();
  info.has_icc_profile = reader.flag();
  info.bits_per_channel = static_cast<int>(reader.number(1));
  info.frames = static_cast<std::uint32_t>(reader.number(4));
  info.color = reader.text();
  info.decoder = reader.text();
  for (std::uint64_t left = reader.number(4, kMostWarnings); left > 0; --left)
    info.warnings.push_back(reader.text());
  return info;
}

std::vector<std::uint8_t> row_bytes(const FileResult& result) {
  ByteWriter writer;
  writer.put(result.members.size(), 4);
  for (const std::string& name : result.members) writer.put_text(name);
  writer.put(result.rows_within, 8);
  put_enum(writer, result.outcome);
  writer.put_text(result.reason);
  put_optional(writer, result.info, [&](const ImageInfo& info) { put(writer, info); });
  put_optional(writer, result.facts, [&](const FileFacts& facts) { put(writer, facts); });
  put_optional(writer, result.thumbnail, [&](Thumbnail value) { put_enum(writer, value); });
  put_optional(writer, result.preview, [&](const Preview& preview) { put(writer, preview); });
  put_optional(writer, result.recipe, [&](const Recipe& recipe) { put(writer, recipe); });
  put(writer, result.quality);
  writer.put(result.matches.size(), 4);
  for (const Match& match : result.matches) put(writer, match);
  return std::move(writer.out);
}

FileResult read_row(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, "a row of a scan");
  FileResult result;
  for (std::uint64_t left = reader.number(4, kMostMembers); left > 0; --left)
    result.members.push_back(reader.text());
  result.rows_within = reader.number(8);
  result.outcome = read_enum(reader, Outcome::unpacked);
  result.reason = reader.text();
  result.info = read_optional(reader, [&] { return read_info(reader); });
  result.facts = read_optional(reader, [&] { return read_facts(reader); });
  result.thumbnail =
      read_optional(reader, [&] { return read_enum(reader, Thumbnail::unreadable); });
  result.preview = read_optional(reader, [&] { return read_preview(reader); });
  result.recipe = read_optional(reader, [&] { return read_recipe(reader); });
  result.quality = read_quality(reader);
  for (std::uint64_t left = reader.number(4, kMostMatches); left > 0; --left)
    result.matches.push_back(read_match(reader));
  reader.require_end();
  return result;
}

}  // namespace ectype::scan
