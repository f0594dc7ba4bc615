#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ectype::report::html {

/// By what a column is sorted; a picture by nothing.
enum class Kind { text, number, picture };

struct Column {
  std::string_view name;   ///< of its class in the style too
  std::string_view title;  ///< over the column
  Kind kind = Kind::text;
};

/// What a table is, beside its rows.
struct Table {
  std::string id;
  std::string caption;
  std::span<const Column> columns;
  std::string filters;  ///< markup of its controls, empty for none
};

using Write = std::function<void(std::string_view)>;

/// One row on one line, as the script wants it. `cells`: markup, one for each column.
std::string table_row(std::span<const Column> columns, std::span<const std::string> cells);

/// The rows stand once in the page, in a <noscript>: a browser without scripts shows them all, and
/// the script reads them there and shows a page of them, sorted and filtered as it is told.
void write_table(const Write& write, const Table& table, const std::vector<std::string>& rows);

}  // namespace ectype::report::html
