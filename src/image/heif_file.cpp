#include "image/heif_file.hpp"

#include "image/hevc_decoder.hpp"
#include "image/iso_boxes.hpp"

#include <mutex>
#include <new>
#include <string>
#include <utility>

namespace ectype::image {
namespace {

constexpr std::size_t kMaxExifBytes = 4 << 20;

/// Loads decoder plugins, where libheif is built with them, once and before any sandbox is shut.
void initialize() {
  static std::once_flag once;
  std::call_once(once, [] {
    heif_init(nullptr);
    register_hevc_decoder();
  });
}

}  // namespace

HeifFile::HeifFile(Source source, const Limits& limits, Format format)
    : source_(std::move(source)) {
  initialize();
  if (format == Format::avif && heif_have_decoder_for_format(heif_compression_AV1) == 0)
    throw error(ErrorCode::unsupported,
                "AVIF, but libheif has no AV1 decoder: install its dav1d or aom plugin "
                "(libheif-plugin-dav1d)");
  context_.reset(heif_context_alloc());
  if (!context_) throw std::bad_alloc();
  heif_context_set_max_decoding_threads(context_.get(), 0);

  const auto bytes = source_->all(limits.max_input_bytes);
  check(heif_context_read_from_memory_without_copy(context_.get(), bytes.data(), bytes.size(),
                                                   nullptr));
  heif_image_handle* handle = nullptr;
  check(heif_context_get_primary_image_handle(context_.get(), &handle));
  primary_.reset(handle);
}

std::optional<heif_item_id> HeifFile::thumbnail_item() const {
  heif_item_id item = 0;
  if (heif_image_handle_get_list_of_thumbnail_IDs(primary_.get(), &item, 1) < 1)
    return std::nullopt;
  return item;
}

HeifHandle HeifFile::open_thumbnail(heif_item_id item) const {
  heif_image_handle* handle = nullptr;
  check(heif_image_handle_get_thumbnail(primary_.get(), item, &handle));
  return HeifHandle(handle);
}

std::vector<std::uint8_t> HeifFile::exif() const {
  heif_item_id item = 0;
  if (heif_image_handle_get_list_of_metadata_block_IDs(primary_.get(), "Exif", &item, 1) < 1)
    return {};
  const std::size_t size = heif_image_handle_get_metadata_size(primary_.get(), item);
  // In front stands how far behind this number the TIFF header begins.
  constexpr std::size_t kNumber = 4;
  if (size < kNumber || size > kMaxExifBytes) return {};
  std::vector<std::uint8_t> bytes(size);
  check(heif_image_handle_get_metadata(primary_.get(), item, bytes.data()));
  const std::uint64_t skipped = kNumber + big_endian(bytes, kNumber);
  if (skipped >= size) return {};
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(skipped));
  return bytes;
}

/// Throws for what keeps the file from being decoded at all.
void HeifFile::check(const heif_error& result) const {
  if (result.code == heif_error_Ok) return;
  const std::string message = std::string("HEIF: ") + result.message;
  if (result.subcode == heif_suberror_Unsupported_codec)
    throw error(ErrorCode::unsupported, message + "; install libheif's plugin for it");
  if (result.subcode == heif_suberror_Security_limit_exceeded)
    throw error(ErrorCode::over_limit, message + " (a limit of libheif)");
  if (result.code == heif_error_Unsupported_feature ||
      result.code == heif_error_Unsupported_filetype)
    throw error(ErrorCode::unsupported, message);
  throw error(ErrorCode::damaged, message);
}

Error HeifFile::error(ErrorCode code, const std::string& what) const {
  return {code, source_->name() + ": " + what};
}

std::string heif_version() {
  initialize();
  return std::string("libheif ") + heif_get_version();
}

}  // namespace ectype::image
