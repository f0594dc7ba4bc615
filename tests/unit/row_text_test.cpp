#include "ectype/row_text.hpp"

#include "hashset/formats/csv.hpp"

#include "ectype/text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace ectype;

// Every name must come back from a CSV row, by the rule that report.hpp states.
TEST(RowText, EveryNameComesBackFromCsv) {
  for (const std::string& name :
       {std::string("plain"), std::string("with,comma"), std::string("with\"quote"),
        std::string("new\nline"), std::string("cr\rlf\r\n"), std::string("=1+1"), std::string("+x"),
        std::string("-x"), std::string("@x"), std::string("\tx"), std::string("'=x"),
        std::string("\xFC"
                    "ber"),
        std::string("=\xFF"), std::string("a;b")}) {
    const NameText text = name_for_csv(name);
    const auto records = hashset::parse_csv(csv_field(text.text) + "," + text.base64 + "\r\n", ',');
    ASSERT_EQ(records.size(), 1u) << name;
    ASSERT_EQ(records[0].fields.size(), 2u) << name;
    const std::string& base64 = records[0].fields[1];
    EXPECT_EQ(base64.empty() ? records[0].fields[0] : from_base64(base64), name);
    EXPECT_EQ(std::string("=+-@\t\r").find(records[0].fields[0][0]), std::string::npos) << name;
  }
}

TEST(RowText, GuardedTextComesBack) {
  for (const std::string text : {"", "x", "=x", "'", "'=x", "''", "'x", "@", "\tx"}) {
    const auto records = hashset::parse_csv("a," + csv_text(text) + "\n", ',');
    EXPECT_EQ(unguard_csv_text(records[0].fields[1]), text);
  }
}

TEST(RowText, InvalidUtf8IsReplacedByteByByte) {
  EXPECT_EQ(replace_invalid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(replace_invalid_utf8("\xE6\x97"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(replace_invalid_utf8("\xE6\x97\xA5"), "\xE6\x97\xA5");
}

TEST(RowText, OneLineShowsControlCharacters) {
  EXPECT_EQ(one_line("a\nb\r\tc\x1B[0m\x7F"), "a\\nb\\r\\tc\\x1b[0m\\x7f");
}

}  // namespace
