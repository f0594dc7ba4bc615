#pragma once

#include "ectype/export.hpp"

#include <string>
#include <string_view>

namespace ectype {

/// `bytes` as UTF-8: every byte that is not part of well-formed UTF-8 becomes U+FFFD.
ECTYPE_API std::string replace_invalid_utf8(std::string_view bytes);

/// A name as it stands in a column of CSV or a JSON field: `text` is UTF-8, and where it is not the
/// name itself to the byte, `base64` holds the name; else `base64` is empty.
struct NameText {
  std::string text;
  std::string base64;
};

ECTYPE_API NameText name_for_json(std::string_view name);
/// As for JSON; also, a name that a spreadsheet would run as a formula (=, +, -, @, tab, CR at its
/// start) gets an apostrophe before it, and its bytes stand in base64.
ECTYPE_API NameText name_for_csv(std::string_view name);

/// A CSV field, RFC 4180: quoted where it must be.
ECTYPE_API std::string csv_field(std::string_view text);

/// A text that is not a name (a label, a reason) as a CSV field, guarded against formulas.
ECTYPE_API std::string csv_text(std::string_view text);
/// What `csv_text` was given, from what it made (after unquoting).
ECTYPE_API std::string unguard_csv_text(std::string_view text);

/// One line for people: control characters as \n, \t, \x1b, invalid UTF-8 as U+FFFD.
ECTYPE_API std::string one_line(std::string_view bytes);

}  // namespace ectype
