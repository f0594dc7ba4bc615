#include "ectype/run_record.hpp"

#include "report/json.hpp"

#include "ectype/row_text.hpp"

#include <nlohmann/json.hpp>

namespace ectype {

using Json = nlohmann::ordered_json;

void RunRecord::add(const FileResult& result) {
  ++files;
  ++outcomes[result.outcome];
  if (result.facts && result.members.empty()) bytes += result.facts->size;
}

Json report::run_json(const RunRecord& run) {
  Json row;
  row["ectype"] = run.version;
  row["codecs"] = run.codecs;
  row["cpu_level"] = run.cpu_level;
  row["system"] = run.system;
  Json& words = row["command_line"] = Json::array();
  for (const std::string& word : run.command_line) words.push_back(name_for_json(word).text);
  row["folder"] = name_for_json(run.working_folder).text;
  row["started"] = run.started;
  row["ended"] = run.ended;
  if (!run.case_label.empty()) row["case"] = name_for_json(run.case_label).text;
  if (!run.operator_name.empty()) row["operator"] = name_for_json(run.operator_name).text;
  if (!run.set_path.empty())
    row["set"] = {{"path", name_for_json(run.set_path).text},
                  {"uuid", run.set_uuid},
                  {"generation", run.set_generation},
                  {"items", run.set_items},
                  {"sha256", run.set_sha256}};
  Json& options = row["options"] = Json::object();
  for (const auto& [name, value] : run.options) options[name] = value;
  row["files"] = run.files;
  row["bytes"] = run.bytes;
  Json& outcomes = row["outcomes"] = Json::object();
  for (const auto& [outcome, count] : run.outcomes)
    outcomes[std::string(to_string(outcome))] = count;
  return row;
}

std::string run_record_json(const RunRecord& run) {
  return report::dump(Json{{"run", report::run_json(run)}}) + "\n";
}

}  // namespace ectype
