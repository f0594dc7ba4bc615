#include "ectype/row_text.hpp"

#include "ectype/text.hpp"

#include <cstdint>
#include <span>

namespace ectype {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool looks_like_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
}

std::string base64_of(std::string_view bytes) {
  return to_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    std::size_t length = 1;
    while (length <= 4 && length <= bytes.size() && !is_utf8(bytes.substr(0, length))) ++length;
    if (length <= 4 && length <= bytes.size()) {
      text += bytes.substr(0, length);
      bytes.remove_prefix(length);
    } else {
      text += kReplacement;
      bytes.remove_prefix(1);
    }
  }
  return text;
}

NameText name_for_json(std::string_view name) {
  if (is_utf8(name)) return {std::string(name), {}};
  return {replace_invalid_utf8(name), base64_of(name)};
}

NameText name_for_csv(std::string_view name) {
  NameText result = name_for_json(name);
  if (!looks_like_formula(result.text)) return result;
  return {"'" + result.text, base64_of(name)};
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n;\t") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

// A text that starts with an apostrophe gets one more, so that taking one off is always right.
std::string csv_text(std::string_view text) {
  const bool guard = looks_like_formula(text) || text.substr(0, 1) == "'";
  return csv_field(guard ? "'" + std::string(text) : std::string(text));
}

std::string unguard_csv_text(std::string_view text) {
  const bool guarded =
      text.substr(0, 1) == "'" && (looks_like_formula(text.substr(1)) || text.substr(1, 1) == "'");
  return std::string(guarded ? text.substr(1) : text);
}

std::string one_line(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string line;
  for (const char c : replace_invalid_utf8(bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if (c == '\t') {
      line += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      line += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace ectype
