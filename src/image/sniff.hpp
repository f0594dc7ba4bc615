#pragma once

#include "ectype/image.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace ectype::image {

/// What the first bytes say. Either a format that is built in, or the name of what was recognised
/// ("PSD picture", "HTML text") or not ("unknown content").
struct Sniffed {
  std::optional<Format> format;
  std::string description;
};

/// How many bytes from the start `sniff` looks at, at most.
inline constexpr std::size_t kSniffBytes = 512;

Sniffed sniff(std::span<const std::uint8_t> head);

}  // namespace ectype::image
