#include "scan/preview.hpp"

#include "core/byte_stream.hpp"
#include "image/encode_png.hpp"
#include "match/canvas.hpp"
#include "scan/result_bytes.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace ectype {
namespace scan {

std::optional<Preview> draw_preview(int descriptor, const Limits& limits) {
  try {
    const auto plane = match::reduced(Image::open(descriptor, limits), Preview::kMostPixels);
    Preview preview;
    preview.width = static_cast<std::uint32_t>(plane.width());
    preview.height = static_cast<std::uint32_t>(plane.height());
    for (int y = 0; y < plane.height(); ++y)
      for (int x = 0; x < plane.width(); ++x)
        preview.gray.push_back(static_cast<std::uint8_t>(
            std::min(255, (plane.at(x, y) + hashing::kPlaneOne / 2) / hashing::kPlaneOne)));
    return preview;
  } catch (const std::exception&) {
    return std::nullopt;  // its row says already what is wrong with it
  }
}

std::vector<std::uint8_t> preview_answer(int descriptor, const WorkerTask& task) {
  const auto preview = draw_preview(descriptor, task.options.limits);
  ByteWriter writer;
  writer.put_flag(preview.has_value());
  if (preview) put(writer, *preview);
  return std::move(writer.out);
}

std::optional<Preview> read_preview_answer(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, "a preview");
  std::optional<Preview> preview;
  if (reader.flag()) preview = read_preview(reader);
  reader.require_end();
  return preview;
}

}  // namespace scan

std::string Preview::to_png() const {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * gray.size());
  for (const std::uint8_t level : gray) rgb.insert(rgb.end(), 3, level);
  return image::encode_png(rgb, width, height);
}

}  // namespace ectype
