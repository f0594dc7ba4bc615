#include "report/json.hpp"
#include "report/time_text.hpp"

#include "ectype/report.hpp"
#include "ectype/row_text.hpp"
#include "ectype/run_record.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

namespace ectype {
namespace {

std::string record(const std::vector<std::string>& fields) {
  std::string line = fields.front();
  for (std::size_t i = 1; i < fields.size(); ++i) line += "," + fields[i];
  return line + "\r\n";
}

void put_file(std::vector<std::string>& fields, std::string_view path, Outcome outcome,
              std::string_view reason) {
  const NameText name = name_for_csv(path);
  fields.insert(fields.end(), {csv_field(name.text), name.base64, std::string(to_string(outcome)),
                               csv_text(reason)});
}

void put_file(std::vector<std::string>& fields, const FileResult& result) {
  put_file(fields, result.path, result.outcome, result.reason);
}

void put_facts(std::vector<std::string>& fields, const std::optional<FileFacts>& facts) {
  if (!facts) {
    fields.insert(fields.end(), 5, "");
    return;
  }
  fields.push_back(std::to_string(facts->size));
  fields.push_back(report::time_text(facts->modified_seconds, facts->modified_nanoseconds));
  const FileDigests& digests = facts->digests;
  fields.insert(fields.end(),
                {digests.md5 ? to_hex(*digests.md5) : "", digests.sha1 ? to_hex(*digests.sha1) : "",
                 digests.sha256 ? to_hex(*digests.sha256) : ""});
}

void put_picture(std::vector<std::string>& fields, const FileResult& result) {
  const auto& info = result.info;
  fields.insert(fields.end(),
                {info ? std::string(to_string(info->format)) : "",
                 info ? std::to_string(info->width) : "", info ? std::to_string(info->height) : "",
                 result.recipe ? csv_field(result.recipe->to_string()) : "",
                 result.recipe ? std::to_string(result.quality.value) : "",
                 result.thumbnail ? std::string(to_string(*result.thumbnail)) : ""});
}

void put_hash(std::vector<std::string>& fields, const SignatureHash* hash) {
  if (hash == nullptr) {
    fields.insert(fields.end(), 4, "");
    return;
  }
  fields.insert(fields.end(),
                {csv_field(hash->recipe.to_string()), hash->hash().to_hex(),
                 std::to_string(hash->quality.value), hash->quality.degenerate ? "true" : ""});
}

void put_variants(std::vector<std::string>& fields, const SignatureHash* hash) {
  for (std::size_t t = 0; t < kTransformCount; ++t)
    fields.push_back(hash && t < hash->variants.size() ? hash->variants[t].to_hex() : "");
}

}  // namespace

std::string hash_header_csv(const HashRowForm& form) {
  std::string header = "path,path_base64,outcome,reason,format,width,height,orientation,frames";
  for (const std::string& algorithm : form.algorithms) {
    const std::string prefix = form.algorithms.size() == 1 ? "," : "," + algorithm + "_";
    for (const char* column : {"recipe", "hash", "quality", "degenerate"})
      header += prefix + column;
  }
  header += ",damaged";
  for (const std::string& algorithm : form.algorithms) {
    const std::string prefix = form.algorithms.size() == 1 ? "," : "," + algorithm + "_";
    for (const Transform transform : kTransforms)
      if (form.dihedral) header += prefix + std::string(to_string(transform));
  }
  return header + "\r\n";
}

std::string hash_row_csv(const FileResult& result, const HashRowForm& form) {
  std::vector<std::string> fields;
  put_file(fields, result);
  if (const auto& info = result.info) {
    fields.insert(fields.end(), {std::string(to_string(info->format)), std::to_string(info->width),
                                 std::to_string(info->height), std::to_string(info->orientation),
                                 std::to_string(info->frames)});
  } else {
    fields.insert(fields.end(), 5, "");
  }
  for (const std::string& algorithm : form.algorithms)
    put_hash(fields, result.signature.find(algorithm));
  fields.emplace_back(result.signature.damage.empty() ? "" : "true");
  for (const std::string& algorithm : form.algorithms)
    if (form.dihedral) put_variants(fields, result.signature.find(algorithm));
  return record(fields);
}

std::string hash_row_hex(const FileResult& result) {
  if (!result.signature.hashes.empty()) return result.signature.hashes[0].hash().to_hex() + "\n";
  return "# " + std::string(to_string(result.outcome)) + ": " + one_line(result.path) + ": " +
         one_line(result.reason) + "\n";
}

std::string cluster_header_csv() {
  return "path,path_base64,outcome,reason,cluster,size,representative,representative_base64,"
         "distance,transform\r\n";
}

std::string cluster_row_csv(const ClusterRow& row) {
  std::vector<std::string> fields;
  put_file(fields, row.name, row.outcome, row.reason);
  if (!row.place) {
    fields.insert(fields.end(), 6, "");
    return record(fields);
  }
  const NameText representative = name_for_csv(row.representative);
  fields.insert(fields.end(), {std::to_string(row.place->cluster), std::to_string(row.place->size),
                               csv_field(representative.text), representative.base64,
                               std::to_string(row.place->distance),
                               std::string(to_string(row.place->transform))});
  return record(fields);
}

std::string hub_header_csv() {
  return "hash_ids,item,item_base64,count,mutual_percent,bridge,quarantined,matched\r\n";
}

std::string hub_row_csv(const Hub& hub) {
  std::string ids;
  for (const std::int64_t id : hub.hash_ids) ids += (ids.empty() ? "" : " ") + std::to_string(id);
  const NameText item = name_for_csv(hub.item.name);
  return record({ids, csv_field(item.text), item.base64, std::to_string(hub.count),
                 std::to_string(hub.mutual_percent), hub.is_bridge() ? "true" : "",
                 std::to_string(hub.quarantined),
                 csv_field(report::dump(report::matched_json(hub)))});
}

std::string scan_header_csv() {
  return "path,path_base64,members,outcome,reason,size,modified,md5,sha1,sha256,format,width,"
         "height,"
         "recipe,quality,thumbnail,match_count,item,item_base64,label,source,exact,distance,"
         "inliers,transform,known_recipe,known_quality,false_matches,matches\r\n";
}

std::string run_record_csv(const RunRecord& run) {
  const std::string header = scan_header_csv();
  std::vector<std::string> fields(
      static_cast<std::size_t>(std::count(header.begin(), header.end(), ',')) + 1);
  fields[3] = "run";
  fields.back() = csv_field(report::dump(report::run_json(run)));
  return record(fields);
}

std::string scan_row_csv(const FileResult& result) {
  std::vector<std::string> fields;
  const NameText name = name_for_csv(result.path);
  fields = {csv_field(name.text), name.base64, csv_field(report::members_text(result)),
            std::string(to_string(result.outcome)), csv_text(result.reason)};
  put_facts(fields, result.facts);
  put_picture(fields, result);
  fields.push_back(std::to_string(result.matches.size()));
  if (result.matches.empty()) {
    fields.insert(fields.end(), 12, "");
    return record(fields);
  }
  const Match& best = result.matches.front();
  const NameText item = name_for_csv(best.item.name);
  fields.insert(fields.end(),
                {csv_field(item.text), item.base64, csv_text(best.item.label),
                 csv_text(best.item.source), best.exact ? std::string(to_string(*best.exact)) : "",
                 best.keypoints || !best.of_pictures() ? "" : std::to_string(best.distance),
                 best.keypoints ? std::to_string(best.keypoints->inliers) : "",
                 best.of_pictures() ? std::string(to_string(best.transform)) : "",
                 best.of_pictures() ? csv_field(best.recipe.to_string()) : "",
                 best.quality ? std::to_string(*best.quality) : "",
                 best.false_matches ? report::dump(*best.false_matches) : "",
                 csv_field(report::dump(report::matches_json(result)))});
  return record(fields);
}

}  // namespace ectype
