#include "report/json.hpp"

#include "report/time_text.hpp"

#include "ectype/report.hpp"
#include "ectype/row_text.hpp"
#include "ectype/text.hpp"

#include <nlohmann/json.hpp>

namespace ectype {
namespace {

using Json = nlohmann::ordered_json;
using report::dump;

void put_name(Json& row, const std::string& key, std::string_view name) {
  const NameText text = name_for_json(name);
  row[key] = text.text;
  if (!text.base64.empty()) row[key + "_base64"] = text.base64;
}

/// Null where there is no hash.
void put_hash(Json& row, const SignatureHash* hash, bool dihedral) {
  row["recipe"] = hash ? Json(hash->recipe.to_string()) : Json();
  row["hash"] = hash ? Json(hash->hash().to_hex()) : Json();
  row["quality"] = hash ? Json(hash->quality.value) : Json();
  if (hash && hash->quality.degenerate) row["degenerate"] = true;
  if (!dihedral) return;
  Json& variants = row["dihedral"] = Json();
  for (std::size_t t = 0; hash && t < hash->variants.size(); ++t)
    variants[std::string(to_string(kTransforms[t]))] = hash->variants[t].to_hex();
}

/// As put_name, a list each.
void put_members(Json& row, const std::vector<std::string>& members) {
  Json& names = row["members"] = Json::array();
  Json exact = Json::array();
  bool needed = false;
  for (const std::string& member : members) {
    const NameText text = name_for_json(member);
    names.push_back(text.text);
    exact.push_back(text.base64);
    needed |= !text.base64.empty();
  }
  if (needed) row["members_base64"] = exact;
}

void put_file(Json& row, const FileResult& result) {
  put_name(row, "path", result.path);
  if (!result.members.empty()) put_members(row, result.members);
  row["outcome"] = to_string(result.outcome);
  row["reason"] = result.reason;
}

/// Null where it is not known.
Json time_json(const FileFacts& facts) {
  const std::string text = report::time_text(facts.modified_seconds, facts.modified_nanoseconds);
  return text.empty() ? Json() : Json(text);
}

void put_facts(Json& row, const std::optional<FileFacts>& facts) {
  row["size"] = facts ? Json(facts->size) : Json();
  row["modified"] = facts ? time_json(*facts) : Json();
  const FileDigests digests = facts ? facts->digests : FileDigests{};
  row["md5"] = digests.md5 ? Json(to_hex(*digests.md5)) : Json();
  row["sha1"] = digests.sha1 ? Json(to_hex(*digests.sha1)) : Json();
  row["sha256"] = digests.sha256 ? Json(to_hex(*digests.sha256)) : Json();
  if (facts && facts->changed) row["changed"] = true;
}

/// Null where there is none.
void put_picture(Json& row, const FileResult& result) {
  const auto& info = result.info;
  row["format"] = info ? Json(to_string(info->format)) : Json();
  row["width"] = info ? Json(info->width) : Json();
  row["height"] = info ? Json(info->height) : Json();
  row["recipe"] = result.recipe ? Json(result.recipe->to_string()) : Json();
  row["quality"] = result.recipe ? Json(result.quality.value) : Json();
  if (result.thumbnail) row["thumbnail"] = to_string(*result.thumbnail);
}

/// Corners as [x, y], in fractions of the sides.
Json corners_json(const std::array<PicturePoint, 4>& corners) {
  Json list = Json::array();
  for (const PicturePoint& corner : corners) list.push_back({corner.x, corner.y});
  return list;
}

void put_keypoints(Json& row, const KeypointMatch& match) {
  row["inliers"] = match.inliers;
  row["mirrored"] = match.mirrored;
  row["affine"] = match.transform;
  row["known_part"] = corners_json(match.reference_region);
  row["part"] = corners_json(match.query_region);
}

void put_evidence(Json& row, const MatchEvidence& evidence) {
  if (evidence.keypoints) {
    put_keypoints(row, *evidence.keypoints);
  } else {
    row["distance"] = evidence.distance;
  }
  row["transform"] = to_string(evidence.transform);
  row["inverted"] = evidence.inverted;
  row["region"] = to_string(evidence.query_region);
  row["known_region"] = to_string(evidence.region);
  row["recipe"] = evidence.recipe.to_string();
  row["query_recipe"] = evidence.query_recipe.to_string();
  row["tolerance"] = evidence.tolerance;
  row["quality"] = evidence.quality ? Json(*evidence.quality) : Json();
  if (evidence.hash_id != 0) row["hash_id"] = evidence.hash_id;
  if (evidence.damaged) row["damaged"] = true;
  if (evidence.quarantined) row["quarantined"] = true;
}

}  // namespace

namespace report {

Json matches_json(const FileResult& result) {
  Json list = Json::array();
  for (const Match& match : result.matches) {
    Json row;
    put_name(row, "item", match.item.name);
    row["label"] = match.item.label;
    row["source"] = match.item.source;
    if (match.exact) row["exact"] = to_string(*match.exact);
    if (match.of_thumbnail) row["of_thumbnail"] = true;
    if (match.of_pictures()) put_evidence(row, match);
    if (!match.of_pictures() && match.quarantined) row["quarantined"] = true;
    row["false_matches"] = match.false_matches ? Json(*match.false_matches) : Json();
    if (!match.further.empty()) {
      Json& further = row["further"] = Json::array();
      for (const MatchEvidence& evidence : match.further)
        put_evidence(further.emplace_back(), evidence);
    }
    list.push_back(std::move(row));
  }
  return list;
}

std::string members_text(const FileResult& result) {
  if (result.members.empty()) return {};
  Json row;
  put_members(row, result.members);
  return dump(row.contains("members_base64") ? row : row["members"]);
}

Json matched_json(const Hub& hub) {
  Json list = Json::array();
  for (const Item& item : hub.matched) {
    Json row;
    put_name(row, "item", item.name);
    list.push_back(std::move(row));
  }
  return list;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report

std::string hash_row_json(const FileResult& result, const HashRowForm& form) {
  Json row;
  put_file(row, result);
  const auto& info = result.info;
  row["format"] = info ? Json(to_string(info->format)) : Json();
  row["width"] = info ? Json(info->width) : Json();
  row["height"] = info ? Json(info->height) : Json();
  row["orientation"] = info ? Json(info->orientation) : Json();
  row["frames"] = info ? Json(info->frames) : Json();
  const Signature& signature = result.signature;
  if (form.algorithms.size() == 1) {
    put_hash(row, signature.find(form.algorithms[0]), form.dihedral);
  } else {
    Json& hashes = row["hashes"] = Json::object();
    for (const std::string& algorithm : form.algorithms)
      put_hash(hashes[algorithm], signature.find(algorithm), form.dihedral);
  }
  if (!signature.damage.empty()) row["damaged"] = true;
  return dump(row) + "\n";
}

std::string scan_row_json(const FileResult& result) {
  Json row;
  put_file(row, result);
  put_facts(row, result.facts);
  put_picture(row, result);
  row["matches"] = report::matches_json(result);
  return dump(row) + "\n";
}

std::string cluster_row_json(const ClusterRow& row) {
  Json json;
  put_name(json, "path", row.name);
  json["outcome"] = to_string(row.outcome);
  json["reason"] = row.reason;
  json["cluster"] = row.place ? Json(row.place->cluster) : Json();
  json["size"] = row.place ? Json(row.place->size) : Json();
  if (row.place) {
    put_name(json, "representative", row.representative);
  } else {
    json["representative"] = nullptr;
  }
  json["distance"] = row.place ? Json(row.place->distance) : Json();
  json["transform"] = row.place ? Json(to_string(row.place->transform)) : Json();
  return dump(json) + "\n";
}

std::string hub_row_json(const Hub& hub) {
  Json row;
  row["hash_ids"] = hub.hash_ids;
  put_name(row, "item", hub.item.name);
  row["count"] = hub.count;
  row["mutual_percent"] = hub.mutual_percent;
  row["bridge"] = hub.is_bridge();
  row["quarantined"] = hub.quarantined;
  row["matched"] = report::matched_json(hub);
  return dump(row) + "\n";
}

std::string comparison_json(std::string_view a, std::string_view b,
                            const LevelComparison& comparison) {
  Json row;
  put_name(row, "a", a);
  put_name(row, "b", b);
  row["level"] = to_string(comparison.level);
  row["verdict"] = to_string(comparison.verdict);
  row["false_matches_per_million"] = comparison.false_matches_per_million;
  row["allowed_per_million"] = comparison.allowed_per_million;
  Json& list = row["evidence"] = Json::array();
  for (const MatchEvidence& evidence : comparison.evidence)
    if (!evidence.keypoints || evidence.keypoints->inliers > 0)
      put_evidence(list.emplace_back(), evidence);
  if (!comparison.damage_a.empty()) row["damage_a"] = comparison.damage_a;
  if (!comparison.damage_b.empty()) row["damage_b"] = comparison.damage_b;
  return dump(row) + "\n";
}

std::string comparison_json(std::string_view a, std::string_view b, const Comparison& comparison) {
  Json row;
  put_name(row, "a", a);
  put_name(row, "b", b);
  row["distance"] = comparison.distance;
  row["transform"] = to_string(comparison.transform);
  row["recipe"] = comparison.recipe_a.to_string();
  if (comparison.recipe_a != comparison.recipe_b) row["recipe_b"] = comparison.recipe_b.to_string();
  row["quality_a"] = comparison.quality_a.value;
  row["quality_b"] = comparison.quality_b.value;
  row["verdict"] = to_string(comparison.verdict);
  if (!comparison.damage_a.empty()) row["damage_a"] = comparison.damage_a;
  if (!comparison.damage_b.empty()) row["damage_b"] = comparison.damage_b;
  return dump(row) + "\n";
}

}  // namespace ectype
