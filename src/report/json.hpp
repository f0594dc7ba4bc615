#pragma once

#include "ectype/scan.hpp"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace ectype::report {

nlohmann::ordered_json matches_json(const FileResult& result);
std::string dump(const nlohmann::ordered_json& json);

}  // namespace ectype::report
