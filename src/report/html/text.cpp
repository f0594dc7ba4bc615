#include "report/html/text.hpp"

#include "ectype/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace ectype::report::html {
namespace {

/// First and last of the characters that a reader would not see, or that move others.
constexpr std::pair<std::uint32_t, std::uint32_t> kHidden[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},      {0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5},  {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164},  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB},
    {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}};

bool is_hidden(std::uint32_t point) {
  return std::any_of(std::begin(kHidden), std::end(kHidden), [point](const auto& range) {
    return range.first <= point && point <= range.second;
  });
}

/// Length in bytes of the character that `bytes` begins with; 0 where it is not UTF-8.
std::size_t character_length(std::string_view bytes) {
  for (std::size_t length = 1; length <= 4 && length <= bytes.size(); ++length)
    if (is_utf8(bytes.substr(0, length))) return length;
  return 0;
}

/// Of a well-formed character.
std::uint32_t code_point(std::string_view character) {
  constexpr std::array<std::uint32_t, 5> first_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t point = static_cast<unsigned char>(character[0]) & first_bits[character.size()];
  for (const char c : character.substr(1))
    point = point << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return point;
}

/// At least `digits` digits.
std::string hexadecimal(std::uint32_t value, std::size_t digits) {
  constexpr std::string_view symbols = "0123456789ABCDEF";
  std::string result;
  for (; value != 0 || result.size() < digits; value >>= 4)
    result.insert(result.begin(), symbols[value & 15]);
  return result;
}

std::string_view markup_escape(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

/// `before` and `after` stand around the numbers of what does not show.
std::string escape(std::string_view bytes, std::string_view before, std::string_view after) {
  std::string result;
  result.reserve(bytes.size() + 16);
  const auto put_number = [&](std::string_view prefix, const std::string& digits) {
    ((((result += before) += '[') += prefix) += digits) += ']';
    result += after;
  };
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    const std::string_view character = bytes.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {  // not UTF-8
      put_number("0x", hexadecimal(static_cast<unsigned char>(bytes[0]), 2));
    } else if (const std::uint32_t point = code_point(character); is_hidden(point)) {
      put_number("U+", hexadecimal(point, 4));
    } else if (const std::string_view markup = markup_escape(character[0]); !markup.empty()) {
      result += markup;
    } else {
      result += character;
    }
    bytes.remove_prefix(character.size());
  }
  return result;
}

}  // namespace

std::string text(std::string_view bytes) { return escape(bytes, {}, {}); }

std::string marked_text(std::string_view bytes) {
  return escape(bytes, "<span class=\"hidden-character\">", "</span>");
}

std::string name(std::string_view bytes) { return "<bdi>" + marked_text(bytes) + "</bdi>"; }

std::string number(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string decimal(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::general, 3);
  return {digits.data(), end.ptr};
}

std::string count(std::uint64_t value, std::string_view one, std::string_view many) {
  return (number(value) + " ").append(value == 1 ? one : many);
}

}  // namespace ectype::report::html
