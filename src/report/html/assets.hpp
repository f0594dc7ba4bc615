#pragma once

#include <string_view>

namespace ectype::report::html {

/// report.css and report.js, embedded when the project is configured (cmake/EctypeReport.cmake).
extern const std::string_view kStyle, kScript;
/// SHA-256 of their bytes, hexadecimal.
extern const std::string_view kStyleSha256, kScriptSha256;

}  // namespace ectype::report::html
