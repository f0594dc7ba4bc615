#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace ectype::image {

struct CodedSize {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
};

/// The size of the pictures that a unit of an HEVC stream announces, where it is a sequence
/// parameter set (ITU-T H.265, 7.3.2.2) that can be read so far.
std::optional<CodedSize> hevc_coded_size(std::span<const std::uint8_t> unit);

}  // namespace ectype::image
