#pragma once

#include "image/iso_boxes.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ectype::image {

/// Big-endian numbers one after the other; `failed` from the first that is not there.
class Numbers {
 public:
  explicit Numbers(std::span<const std::uint8_t> data) : data_(data) {}

  /// Of 0 to 8 bytes.
  std::uint64_t take(std::size_t bytes) {
    if (failed_ || bytes > data_.size()) {
      failed_ = true;
      return 0;
    }
    const std::uint64_t value = big_endian(data_, bytes);
    data_ = data_.subspan(bytes);
    return value;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return data_.empty(); }

 private:
  std::span<const std::uint8_t> data_;
  bool failed_ = false;
};

/// The only meta box of the file: which of several counts is for nobody to say.
inline std::optional<IsoBox> only_meta(const ByteSource& source) {
  IsoBoxes boxes(source);
  const auto meta = boxes.find("meta");
  if (!meta || boxes.find("meta")) return std::nullopt;
  return meta;
}

inline IsoBoxes children_of_meta(const ByteSource& source, const IsoBox& meta) {
  return {source, meta.begin + 4, meta.end};  // after version and flags
}

/// The payload of a table of items: an entry takes a few bytes, and libheif refuses more than 20000
/// items. Empty optional for one that is larger or cut.
inline std::optional<std::vector<std::uint8_t>> read_table(const ByteSource& source,
                                                           const IsoBox& box) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 20;
  const std::uint64_t size = box.end - box.begin;
  if (size > kMaxBytes) return std::nullopt;
  std::vector<std::uint8_t> data(static_cast<std::size_t>(size));
  if (!box.read(source, 0, data)) return std::nullopt;
  return data;
}

}  // namespace ectype::image
