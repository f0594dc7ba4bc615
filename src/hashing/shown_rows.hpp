#pragma once

#include "hashing/row_hasher.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace ectype::hashing {

/// Turns stored rows of luma into rows of 8-bit luma as the picture is shown, in any order:
/// mirrored as they come; where the orientation transposes, all of them are kept (a byte a pixel)
/// and given at the end. Colour becomes gray as Pillow's `convert("L")` does it.
class ShownRows {
 public:
  using Sink = std::function<void(const LumaRow&)>;

  explicit ShownRows(const PictureShape& stored);

  [[nodiscard]] PictureShape shape() const noexcept;
  void add(const LumaRow& row, const Sink& sink);
  void finish(const Sink& sink);

 private:
  [[nodiscard]] std::span<const std::uint8_t> gray_of(const LumaRow& row);

  PictureShape stored_;
  std::vector<std::uint8_t> gray_;    // one stored row
  std::vector<std::uint8_t> turned_;  // the mirrored row, or the whole transposed picture
};

}  // namespace ectype::hashing
