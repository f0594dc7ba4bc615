#include "ectype/hash_list.hpp"
#include "ectype/row_text.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ectype {
namespace {

template <typename Digest>
std::string hex_of(const Digest& digest) {
  return digest ? to_hex(*digest) : std::string();
}

/// Of an item that has no hash but digests, without one.
std::string json_row(const Item& item, const StoredHash* hash) {
  nlohmann::ordered_json row;
  const NameText name = name_for_json(item.name);
  row["item"] = name.text;
  if (!name.base64.empty()) row["item_base64"] = name.base64;
  row["label"] = item.label;
  row["source"] = item.source;
  row["item_id"] = item.id;
  if (hash != nullptr) {
    row["recipe"] = hash->recipe.to_string();
    row["metric"] = to_string(hash->hash.kind().metric);
    row["region"] = to_string(hash->region);
    row["hash"] = hash->hash.to_hex();
    row["quality"] = hash->quality ? nlohmann::ordered_json(*hash->quality) : nullptr;
    if (hash->degenerate) row["degenerate"] = true;
    if (hash->damaged) row["damaged"] = true;
  }
  if (item.digests.md5) row["md5"] = to_hex(*item.digests.md5);
  if (item.digests.sha1) row["sha1"] = to_hex(*item.digests.sha1);
  if (item.digests.sha256) row["sha256"] = to_hex(*item.digests.sha256);
  if (!item.category.empty()) row["category"] = item.category;
  if (!item.category_profile.empty()) row["category_profile"] = item.category_profile;
  if (!item.notes.empty()) row["notes"] = item.notes;
  return row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

constexpr std::string_view kCsvHeader =
    "item,item_base64,label,source,item_id,recipe,metric,region,hash,quality,degenerate,damaged,"
    "category,"
    "category_profile,notes,md5,sha1,sha256\r\n";

std::vector<std::string> csv_hash(const StoredHash& hash) {
  return {csv_field(hash.recipe.to_string()),
          std::string(to_string(hash.hash.kind().metric)),
          std::string(to_string(hash.region)),
          hash.hash.to_hex(),
          hash.quality ? std::to_string(*hash.quality) : std::string(),
          std::string(hash.degenerate ? "true" : ""),
          std::string(hash.damaged ? "true" : "")};
}

std::string csv_row(const Item& item, const StoredHash* hash) {
  const NameText name = name_for_csv(item.name);
  std::vector<std::string> fields{csv_field(name.text), name.base64, csv_text(item.label),
                                  csv_text(item.source), std::to_string(item.id)};
  const std::vector<std::string> of_hash =
      hash != nullptr ? csv_hash(*hash) : std::vector<std::string>(7);
  fields.insert(fields.end(), of_hash.begin(), of_hash.end());
  fields.insert(fields.end(),
                {csv_text(item.category), csv_text(item.category_profile), csv_text(item.notes),
                 hex_of(item.digests.md5), hex_of(item.digests.sha1), hex_of(item.digests.sha256)});
  std::string row = fields.front();
  for (std::size_t i = 1; i < fields.size(); ++i) row += "," + fields[i];
  return row + "\r\n";
}

}  // namespace

void export_hash_list(const HashSet& set, ExportFormat format,
                      const std::function<void(std::string_view)>& write) {
  if (format == ExportFormat::csv) write(kCsvHeader);
  set.for_each([&](const ItemWithHashes& entry) {
    const auto write_row = [&](const StoredHash* hash) {
      switch (format) {
        case ExportFormat::jsonl:
          write(json_row(entry.item, hash));
          break;
        case ExportFormat::csv:
          write(csv_row(entry.item, hash));
          break;
        case ExportFormat::hex:
          // A line cannot say which algorithm a hash is of.
          if (hash != nullptr && hash->recipe.algorithm == "pdq") write(hash->hash.to_hex() + "\n");
          break;
      }
    };
    for (const StoredHash& hash : entry.hashes) write_row(&hash);
    if (entry.hashes.empty()) write_row(nullptr);
  });
}

}  // namespace ectype
