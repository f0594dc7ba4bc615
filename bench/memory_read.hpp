#pragma once

#include <cstdint>
#include <span>

namespace ectype::bench {

/// Sums over a buffer, the ways of reading memory that a single thread may do fastest: one stream,
/// and four streams a quarter of the buffer apart. Which one wins depends on the machine.
std::uint64_t read_in_order(std::span<const std::uint64_t> words);
std::uint64_t read_four_streams(std::span<const std::uint64_t> words);

}  // namespace ectype::bench
