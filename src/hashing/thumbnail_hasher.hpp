#pragma once

#include "hashing/pillow_resize.hpp"
#include "hashing/row_hasher.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace ectype::hashing {

/// Hashes what a picture becomes at Width x Height pixels: `Judge` turns these into a
/// HashedPicture. For rows as shown.
template <std::uint32_t Width, std::uint32_t Height, ResizeFilter Filter, auto Judge>
class ThumbnailHasher : public RowHasher {
 public:
  explicit ThumbnailHasher(const PictureShape& shape)
      : thumbnail_({shape.width, shape.height}, {Width, Height}, Filter) {}

  static std::unique_ptr<RowHasher> start(const PictureShape& shape) {
    return std::make_unique<ThumbnailHasher>(shape);
  }
  void add(const LumaRow& row) override { thumbnail_.add(row.y, row.gray); }
  [[nodiscard]] HashedPicture finish(HashKind kind) const override {
    return Judge(thumbnail_.pixels(), kind);
  }

 private:
  Thumbnail thumbnail_;
};

}  // namespace ectype::hashing
