#pragma once

#include "scan/archive_reader.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// What a worker that unpacks and its parent tell each other, beside worker_protocol.hpp: each
// request is one of these numbers with a descriptor, and gets one message in answer.

namespace ectype::scan {

enum class UnpackRequest : std::uint32_t {
  open,   ///< the archive; answer: a MemberHeader or an ArchiveEnd, as for `next`
  next,   ///< the next member; the descriptor does not count
  write,  ///< the content of this member to that file; answer: MemberData
};

[[nodiscard]] std::vector<std::uint8_t> to_bytes(const MemberHeader& header);
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const ArchiveEnd& end);
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const MemberData& data);

/// A header or, with an empty `header`, the end. Throws Error (damaged), here and below.
struct HeaderAnswer {
  std::optional<MemberHeader> header;
  ArchiveEnd end;
};
[[nodiscard]] HeaderAnswer read_header_answer(std::span<const std::uint8_t> bytes);
[[nodiscard]] MemberData read_member_data(std::span<const std::uint8_t> bytes,
                                          std::uint64_t max_bytes);

}  // namespace ectype::scan
