#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ectype::report::html {

/// Bytes of anybody's as HTML, for content and for quoted attributes: markup is escaped, and what
/// does not show, or reorders what does (controls, zero width, bidi), stands as its number in
/// brackets, "[U+202E]". A byte that is not part of UTF-8: "[0xFF]".
std::string text(std::string_view bytes);
/// The same where such a number is marked as one, for content only.
std::string marked_text(std::string_view bytes);
/// A name: `marked_text`, apart from the reading direction of what is around it.
std::string name(std::string_view bytes);

/// "1,234,567".
std::string number(std::uint64_t value);
/// Three significant digits, "4.1e-07"; the same in every locale.
std::string decimal(double value);
/// "1 file", "2 files".
std::string count(std::uint64_t value, std::string_view one, std::string_view many);

}  // namespace ectype::report::html
