#pragma once

#include "image/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ectype::image {

enum class TiffType : std::uint16_t { byte = 1, number16 = 3, number32 = 4, undefined = 7 };

/// A field of a directory.
struct TiffField {
  TiffType type{};
  std::uint32_t count = 0;
  std::uint32_t value = 0;  ///< of a SHORT or LONG; else what is there, mostly an offset

  /// The value where it is one SHORT or LONG.
  [[nodiscard]] std::optional<std::uint32_t> number() const;
};

/// A directory (IFD), with the fields that are there of those that it announces.
struct TiffDirectory {
  std::vector<std::uint8_t> fields;
  bool big_endian = false;
  bool cut = false;
  std::uint32_t next = 0;  ///< offset of the next directory; 0 where there is none

  /// The first field with this tag.
  [[nodiscard]] std::optional<TiffField> find(std::uint16_t tag) const;
  [[nodiscard]] std::optional<std::uint32_t> number(std::uint16_t tag) const;
};

/// The directories of a TIFF structure: of a TIFF file (not BigTIFF), or of a block of EXIF, with
/// or without its prefix "Exif\0\0". Keeps a reference to the source.
class TiffDirectories {
 public:
  /// Empty where the source is no TIFF structure.
  static std::optional<TiffDirectories> open(const ByteSource& source);

  [[nodiscard]] std::uint32_t first() const noexcept { return first_; }
  /// Empty where not even the number of fields is there.
  [[nodiscard]] std::optional<TiffDirectory> read(std::uint32_t offset) const;
  /// The bytes at `offset`, fewer where the source ends before.
  [[nodiscard]] std::vector<std::uint8_t> bytes(std::uint32_t offset, std::uint32_t count) const;
  /// How many there are from `offset` on.
  [[nodiscard]] std::uint64_t left(std::uint32_t offset) const;

 private:
  TiffDirectories(const ByteSource& source, std::uint64_t begin) : source_(source), begin_(begin) {}

  const ByteSource& source_;
  std::uint64_t begin_;
  std::uint32_t first_ = 0;
  bool big_endian_ = false;
};

}  // namespace ectype::image
