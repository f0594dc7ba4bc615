#pragma once

#include "scan/worker_protocol.hpp"

#include "ectype/image.hpp"
#include "ectype/scan.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ectype::scan {

/// Of an open file; none where it cannot be decoded.
[[nodiscard]] std::optional<Preview> draw_preview(int descriptor, const Limits& limits);

/// The same as a worker answers.
[[nodiscard]] std::vector<std::uint8_t> preview_answer(int descriptor, const WorkerTask& task);
/// Throws Error (damaged).
[[nodiscard]] std::optional<Preview> read_preview_answer(std::span<const std::uint8_t> bytes);

}  // namespace ectype::scan
