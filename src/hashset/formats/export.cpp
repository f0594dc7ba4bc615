#include "ectype/hash_list.hpp"
#include "ectype/row_text.hpp"

#include <nlohmann/json.hpp>

namespace ectype {
namespace {

std::string json_row(const Item& item, const StoredHash& hash) {
  nlohmann::ordered_json row;
  const NameText name = name_for_json(item.name);
  row["item"] = name.text;
  if (!name.base64.empty()) row["item_base64"] = name.base64;
  row["label"] = item.label;
  row["source"] = item.source;
  row["item_id"] = item.id;
  row["recipe"] = hash.recipe.to_string();
  row["metric"] = to_string(hash.hash.kind().metric);
  row["region"] = to_string(hash.region);
  row["hash"] = hash.hash.to_hex();
  row["quality"] = hash.quality ? nlohmann::ordered_json(*hash.quality) : nullptr;
  if (hash.degenerate) row["degenerate"] = true;
  if (hash.damaged) row["damaged"] = true;
  if (!item.category.empty()) row["category"] = item.category;
  if (!item.category_profile.empty()) row["category_profile"] = item.category_profile;
  if (!item.notes.empty()) row["notes"] = item.notes;
  return row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

constexpr std::string_view kCsvHeader =
    "item,item_base64,label,source,item_id,recipe,metric,region,hash,quality,degenerate,damaged,"
    "category,"
    "category_profile,notes\r\n";

std::string csv_row(const Item& item, const StoredHash& hash) {
  const NameText name = name_for_csv(item.name);
  std::string row = csv_field(name.text) + "," + name.base64;
  for (const std::string& text :
       {csv_text(item.label), csv_text(item.source), std::to_string(item.id),
        csv_field(hash.recipe.to_string()), std::string(to_string(hash.hash.kind().metric)),
        std::string(to_string(hash.region)), hash.hash.to_hex(),
        hash.quality ? std::to_string(*hash.quality) : std::string(),
        std::string(hash.degenerate ? "true" : ""), std::string(hash.damaged ? "true" : ""),
        csv_text(item.category), csv_text(item.category_profile), csv_text(item.notes)})
    row += "," + text;
  return row + "\r\n";
}

}  // namespace

void export_hash_list(const HashSet& set, ExportFormat format,
                      const std::function<void(std::string_view)>& write) {
  if (format == ExportFormat::csv) write(kCsvHeader);
  set.for_each([&](const ItemWithHashes& entry) {
    for (const StoredHash& hash : entry.hashes) {
      switch (format) {
        case ExportFormat::jsonl:
          write(json_row(entry.item, hash));
          break;
        case ExportFormat::csv:
          write(csv_row(entry.item, hash));
          break;
        case ExportFormat::hex:
          // A line cannot say which algorithm a hash is of.
          if (hash.recipe.algorithm == "pdq") write(hash.hash.to_hex() + "\n");
          break;
      }
    }
  });
}

}  // namespace ectype
