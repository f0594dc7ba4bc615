#pragma once

#include "ectype/hubs.hpp"
#include "ectype/run_record.hpp"
#include "ectype/scan.hpp"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace ectype::report {

nlohmann::ordered_json matches_json(const FileResult& result);
/// Items that a hub matches.
nlohmann::ordered_json matched_json(const Hub& hub);
/// The names within archives, as JSON: a list or, where a name is not UTF-8, an object of "members"
/// and "members_base64". Empty where there are none.
std::string members_text(const FileResult& result);
nlohmann::ordered_json run_json(const RunRecord& run);
std::string dump(const nlohmann::ordered_json& json);

}  // namespace ectype::report
