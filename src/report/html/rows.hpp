#pragma once

#include "report/html/table.hpp"

#include "ectype/scan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ectype::report::html {

/// The name of a file for people, as bytes.
std::string display_path(const FileResult& result);

/// Columns of the matches; with pictures there is one more.
std::span<const Column> match_columns(bool pictures);
/// `place`: its number in the list, from 1. `picture`: markup, empty for none.
std::string match_row(const FileResult& result, const Match& match, std::uint64_t place,
                      bool pictures, const std::string& picture);

/// A picture as the page hides it. It says nothing of what it shows.
std::string picture(std::span<const std::uint8_t> png);

/// Columns of the files that need a person.
std::span<const Column> file_columns();
std::string file_row(const FileResult& result);

}  // namespace ectype::report::html
