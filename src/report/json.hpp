#pragma once

#include "ectype/hubs.hpp"
#include "ectype/scan.hpp"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace ectype::report {

nlohmann::ordered_json matches_json(const FileResult& result);
/// Items that a hub matches.
nlohmann::ordered_json matched_json(const Hub& hub);
std::string dump(const nlohmann::ordered_json& json);

}  // namespace ectype::report
