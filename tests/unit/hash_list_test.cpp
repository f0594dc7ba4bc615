#include "ectype/hash_list.hpp"

#include "support/temporary.hpp"

#include <gtest/gtest.h>

namespace {

using namespace ectype;

const std::string kHash = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
const std::string kOther = "30a10efd71c83f429013d48d0ffffc52e34e0e17ada952a9d29685211ea9e5af";

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string utf16(const std::string& ascii, bool big_endian, bool bom) {
  std::string out = bom ? (big_endian ? "\xFE\xFF" : "\xFF\xFE") : "";
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

void expect_both(const std::string& text) {
  const HashList list = parse_hash_list(text);
  EXPECT_TRUE(list.bad_lines.empty()) << list.bad_lines[0].reason;
  ASSERT_EQ(list.items.size(), 2u) << text;
  EXPECT_EQ(list.items[0].hashes[0].hash.to_hex(), kHash);
  EXPECT_EQ(list.items[1].hashes[0].hash.to_hex(), kOther);
  EXPECT_EQ(list.items[0].hashes[0].recipe.to_string(), "pdq/external");
  EXPECT_FALSE(list.items[0].hashes[0].quality.has_value());
}

TEST(HashList, FormsThatPeoplePaste) {
  expect_both(kHash + "\n" + kOther + "\n");
  expect_both(kHash + "\n\n# a comment\n  " + kOther + "  ");
  expect_both(kHash + "\r\n" + kOther + "\r\n");
  expect_both(kHash + "\r" + kOther + "\r");
  expect_both("\xEF\xBB\xBF" + upper(kHash) + "\r\n" + upper(kOther));
  expect_both("pdq " + kHash + "\nPDQ\t" + kOther + "\n");
  expect_both("hash=" + kHash + ",label=x\nhash=" + kOther + "\n");
  expect_both("hash,label\n" + kHash + ",a\n" + kOther + ",b\n");
  expect_both("Label;Hash\r\na;" + kHash + "\r\nb;" + kOther + "\r\n");
  expect_both("{\"hash\":\"" + kHash + "\"}\n{\"hash\":\"" + kOther + "\"}\n");
  for (const bool big_endian : {false, true})
    for (const bool bom : {false, true})
      expect_both(utf16(kHash + "\r\n" + kOther + "\r\n", big_endian, bom));
}

TEST(HashList, MetaIsKept) {
  const HashList list = parse_hash_list("hash=" + kHash + ",label=x,name=cat.jpg\n" +
                                            "hash=" + kOther + ",some words, more\n" + kHash,
                                        {ListFormat::automatic, "paste", "default", "me"});
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_EQ(list.items[0].item.label, "x");
  EXPECT_EQ(list.items[0].item.name, "cat.jpg");
  EXPECT_EQ(list.items[1].item.label, "some words, more");
  EXPECT_EQ(list.items[2].item.label, "default");
  EXPECT_EQ(list.items[2].item.name, "paste:3");
  EXPECT_EQ(list.items[2].item.source, "me");
}

TEST(HashList, BadLinesAreNumberedWithTheirReason) {
  const HashList list =
      parse_hash_list(kHash + "\n" + kHash.substr(1) + "\n0x" + kHash.substr(2) + "\n" + kHash +
                      " trailing\n" + kHash.substr(1) + "g\n" + kOther + "\n");
  EXPECT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.lines, 6u);
  ASSERT_EQ(list.bad_lines.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(list.bad_lines[i].line, i + 2);
    EXPECT_NE(list.bad_lines[i].reason.find("64 hexadecimal digits"), std::string::npos);
    // Hashes leak content: a message must not carry one.
    EXPECT_EQ(list.bad_lines[i].reason.find(kHash.substr(2, 8)), std::string::npos);
  }
  EXPECT_NE(list.bad_lines[3].reason.find("character 64 of"), std::string::npos);
}

TEST(HashList, CsvFaults) {
  const HashList list = parse_hash_list("name,hash\n\"a\nb\"," + kHash + "\nshort\n\"x\"y," +
                                        kOther + "\nz," + kOther + "\n");
  EXPECT_EQ(list.lines, 4u);
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0].item.name, "a\nb");
  ASSERT_EQ(list.bad_lines.size(), 2u);
  EXPECT_EQ(list.bad_lines[0].line, 4u);  // after a field that spans two lines
  EXPECT_EQ(list.bad_lines[1].line, 5u);
}

// Each of them would swallow the records that follow it, up to the next quote.
TEST(HashList, StrayQuotesLoseOneRecordEach) {
  for (const char* stray : {"\"a,", "\"a\n,", "\"a\"\"\n,", "\"a\"b,"}) {
    const std::string good = "b," + kOther + "\n\"c\"," + kOther + "\nd,\"" + kHash + "\"\n";
    const HashList list = parse_hash_list(std::string("name,hash\n") + stray + kHash + "\n" + good);
    ASSERT_GE(list.items.size(), 3u) << stray;
    EXPECT_EQ(list.items[list.items.size() - 3].item.name, "b");
    ASSERT_FALSE(list.bad_lines.empty());
    EXPECT_EQ(list.bad_lines[0].line, 2u);
    EXPECT_EQ(list.lines, list.items.size() + list.bad_lines.size());
  }
}

// Quoted fields may hold anything: nothing within them is ever read as a record.
TEST(HashList, WhatStandsInAFieldIsNoRecord) {
  const std::string planted = "x\nplanted.jpg,," + kOther + "\n.jpg";
  const HashList ours = parse_hash_list("path,path_base64,hash\n\"" + planted + "\",," + kHash +
                                        "\nb,," + kOther + "\n");
  ASSERT_EQ(ours.items.size(), 2u);
  EXPECT_TRUE(ours.bad_lines.empty());
  EXPECT_EQ(ours.items[0].item.name, planted);
  EXPECT_EQ(ours.items[0].hashes[0].hash.to_hex(), kHash);

  const HashList theirs =
      parse_hash_list("path,notes,hash\n\"" + planted + "\",," + kHash + "\nb,," + kOther + "\n");
  ASSERT_EQ(theirs.items.size(), 1u);
  EXPECT_EQ(theirs.items[0].item.name, "b");
  ASSERT_EQ(theirs.bad_lines.size(), 1u);
  EXPECT_EQ(theirs.bad_lines[0].line, 2u);

  const std::string long_notes(200'000, 'n');
  EXPECT_EQ(parse_hash_list("notes,hash\n\"" + long_notes + "\"," + kHash + "\n").items.size(), 1u);
}

TEST(HashList, AColumnThatSaysPdqIsTheHash) {
  const std::string text =
      "path,hash,pdq_hash\na," + kOther + "," + kHash + "\nb," + kOther + ",\n";
  const HashList list = parse_hash_list(text);
  ASSERT_EQ(list.items.size(), 1u);
  EXPECT_EQ(list.items[0].hashes[0].hash.to_hex(), kHash);
  EXPECT_EQ(list.bad_lines.size(), 1u);
  EXPECT_TRUE(parse_hash_list("pdq,pdqhash\n" + kHash + "," + kOther + "\n").items.empty());
  const HashList json = parse_hash_list("{\"hash\":\"" + kOther + "\",\"pdq\":\"" + kHash +
                                        "\"}\n{\"hash\":\"" + kOther + "\",\"pdq\":null}\n");
  ASSERT_EQ(json.items.size(), 1u);
  EXPECT_EQ(json.items[0].hashes[0].hash.to_hex(), kHash);
  EXPECT_EQ(json.bad_lines.size(), 1u);
}

TEST(HashList, FlagsAreReadAsProgramsWriteThem) {
  const auto degenerate = [](const std::string& value) {
    const HashList list = parse_hash_list("hash,degenerate\n" + kHash + "," + value + "\n");
    return list.items.empty() ? -1 : static_cast<int>(list.items[0].hashes[0].degenerate);
  };
  for (const char* value : {"true", "True", "TRUE", "1", "yes"}) EXPECT_EQ(degenerate(value), 1);
  for (const char* value : {"", "false", "False", "0", "no"}) EXPECT_EQ(degenerate(value), 0);
  for (const char* value : {"2", "perhaps"}) EXPECT_EQ(degenerate(value), -1);
}

TEST(HashList, NoReasonCarriesAHash) {
  for (const std::string column : {"recipe", "region", "quality", "degenerate"}) {
    const HashList list = parse_hash_list("hash," + column + "\n" + kHash + "," + kOther + "\n");
    ASSERT_EQ(list.bad_lines.size(), 1u) << column;
    EXPECT_EQ(list.bad_lines[0].reason.find(kOther.substr(0, 12)), std::string::npos)
        << list.bad_lines[0].reason;
  }
}

TEST(HashList, LongRunsOfQuotesAreReadInReasonableTime) {
  std::string text = "name,hash\n";
  for (int i = 0; i < 100'000; ++i) text += "\"\"\"\"\"\n";
  const HashList list = parse_hash_list(text);
  EXPECT_TRUE(list.items.empty());
  EXPECT_EQ(list.bad_lines.size(), list.lines);
}

TEST(HashList, CommentsMayComeFirst) {
  for (const std::string& list :
       {"hash,name\n" + kHash + ",#a\n", "{\"hash\":\"" + kHash + "\"}\n"})
    EXPECT_EQ(parse_hash_list("# from \"us\", 2026\n  \n #\n" + list).items.size(), 1u);
  EXPECT_EQ(parse_hash_list("{\"hash\":\"" + kHash + "\"}\n# the end\n").bad_lines.size(), 0u);
  // After the header a name may well start with it.
  EXPECT_EQ(parse_hash_list("name,hash\n#1.jpg," + kHash + "\n").items[0].item.name, "#1.jpg");
}

TEST(HashList, NestedJsonIsABadLine) {
  const std::size_t depth = 200'000;
  const std::string deep = std::string(depth, '[') + std::string(depth, ']');
  const HashList list =
      parse_hash_list("{\"hash\":" + deep + "}\n{\"name\":{\"a\":1},\"hash\":\"" + kHash +
                      "\"}\n{\"other\":" + deep + ",\"hash\":\"" + kHash + "\"}\n");
  EXPECT_EQ(list.items.size(), 1u);
  ASSERT_EQ(list.bad_lines.size(), 2u);
  EXPECT_NE(list.bad_lines[0].reason.find("'hash'"), std::string::npos);
}

TEST(HashList, CsvWithoutAHashColumnSaysSo) {
  const HashList list =
      parse_hash_list("name,value\na," + kHash + "\n", {ListFormat::csv, "list", "", ""});
  EXPECT_TRUE(list.items.empty());
  ASSERT_EQ(list.bad_lines.size(), 1u);
  EXPECT_NE(list.bad_lines[0].reason.find("'hash'"), std::string::npos);
}

TEST(HashList, JsonFaults) {
  const HashList list = parse_hash_list(
      "{\"hash\":\"" + kHash +
      "\",\"quality\":100,\"recipe\":\"pdq/1:exact\",\"path\":\"a\"}\n"
      "{\"hash\":\n[1]\n{\"hash\":\"" +
      kHash +
      "\",\"quality\":101}\n"
      "{\"hash\":\"" +
      kHash +
      "\",\"recipe\":\"phash/1:x\"}\n"
      "{\"path\":\"b\",\"outcome\":\"unsupported\",\"hash\":null}\n{\"name\":\"c\"}\n");
  ASSERT_EQ(list.items.size(), 1u);
  EXPECT_EQ(list.items[0].hashes[0].quality, 100);
  EXPECT_EQ(list.items[0].hashes[0].recipe.to_string(), "pdq/1:exact");
  EXPECT_EQ(list.without_hash, 1u);
  EXPECT_EQ(list.bad_lines.size(), 5u);
}

TEST(HashList, EmptyAndMissing) {
  EXPECT_EQ(parse_hash_list("").lines, 0u);
  EXPECT_EQ(parse_hash_list("\n\n").lines, 0u);
  const support::TemporaryFolder folder;
  support::write_file(folder / "empty.txt", "");
  EXPECT_EQ(read_hash_list(folder / "empty.txt").lines, 0u);
  try {
    static_cast<void>(read_hash_list(folder / "missing.txt"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
  }
  EXPECT_THROW(static_cast<void>(read_hash_list(folder.path())), Error);
}

TEST(HashList, ExportsReadBackWhole) {
  const support::TemporaryFolder folder;
  HashSet set = HashSet::create(folder / "a.ectype");
  const std::string names[] = {"plain.jpg", "with,comma \"quote\"\nline", "=formula",
                               "\xFC"
                               "ber",
                               "'=quoted"};
  std::vector<ItemWithHashes> items;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    StoredHash hash{{"pdq", 1, "exact"},      Region::whole, Hash256::parse(i % 2 ? kHash : kOther),
                    static_cast<int>(90 + i), i == 3,        i == 4};
    if (i == 0) {
      hash.recipe = Recipe::external("pdq");
      hash.quality.reset();
    }
    items.push_back(
        {{0, names[i], "=label", "source, with comma", "cat", "profile", "n\"otes"}, {hash}});
  }
  set.add(items);
  for (const ExportFormat format : {ExportFormat::jsonl, ExportFormat::csv}) {
    std::string text;
    export_hash_list(set, format, [&](std::string_view piece) { text += piece; });
    const HashList list = parse_hash_list(text);
    EXPECT_TRUE(list.bad_lines.empty());
    ASSERT_EQ(list.items.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(list.items[i].item, items[i].item) << text;
      EXPECT_EQ(list.items[i].hashes, items[i].hashes);
    }
  }
  std::string hex;
  export_hash_list(set, ExportFormat::hex, [&](std::string_view piece) { hex += piece; });
  EXPECT_EQ(hex, kOther + "\n" + kHash + "\n" + kOther + "\n" + kHash + "\n" + kOther + "\n");
}

}  // namespace
