#include "report/html/table.hpp"

#include "report/html/text.hpp"

namespace ectype::report::html {
namespace {

std::string column_widths(std::span<const Column> columns) {
  std::string markup = "<colgroup>";
  for (const Column& column : columns)
    markup.append("<col class=\"").append(column.name).append("\">");
  return markup + "</colgroup>\n";
}

std::string header_cell(const Column& column, bool sortable) {
  const bool is_number = column.kind == Kind::number;
  std::string markup = "<th scope=\"col\" class=\"";
  markup.append(column.name).append(is_number ? " number\"" : "\"");
  if (!sortable || column.kind == Kind::picture) return markup.append(">").append(column.title);
  markup += is_number ? " data-kind=\"number\">" : " data-kind=\"text\">";
  return markup.append("<button type=\"button\" class=\"sort\">").append(column.title) +
         "</button>";
}

std::string header_row(std::span<const Column> columns, bool sortable) {
  std::string markup = "<thead><tr>";
  for (const Column& column : columns) markup += header_cell(column, sortable) + "</th>";
  return markup + "</tr></thead>\n";
}

std::string table_start(const Table& table, bool sortable) {
  return "<table>\n<caption>" + table.caption + "</caption>\n" + column_widths(table.columns) +
         header_row(table.columns, sortable);
}

/// What the script fills and shows.
std::string live_table(const Table& table) {
  return "<div class=\"live\" hidden>\n" + table.filters +
         "<div class=\"pager\">\n"
         "<p class=\"status\" role=\"status\"></p>\n"
         "<p class=\"turn\"><button type=\"button\" data-turn=\"first\">First</button>"
         "<button type=\"button\" data-turn=\"previous\">Previous</button>"
         "<button type=\"button\" data-turn=\"next\">Next</button>"
         "<button type=\"button\" data-turn=\"last\">Last</button></p>\n"
         "</div>\n"
         "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: " +
         table.caption + "\">\n" + table_start(table, true) +
         "<tbody></tbody>\n</table>\n</div>\n</div>\n";
}

}  // namespace

std::string table_row(std::span<const Column> columns, std::span<const std::string> cells) {
  std::string markup = "<tr>";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    markup += columns[i].kind == Kind::number ? "<td class=\"number\">" : "<td>";
    markup += cells[i];
    markup += "</td>";
  }
  return markup + "</tr>\n";
}

void write_table(const Write& write, const Table& table, const std::vector<std::string>& rows) {
  write("<div class=\"rows\" id=\"" + table.id + "\">\n" + live_table(table) +
        "<noscript>\n<div class=\"scroll\">\n" + table_start(table, false) + "<tbody>\n");
  for (const std::string& row : rows) write(row);
  write("</tbody>\n</table>\n</div>\n</noscript>\n</div>\n");
}

}  // namespace ectype::report::html
