#pragma once

#include <string>

namespace cli {

std::string version_text();

}  // namespace cli
