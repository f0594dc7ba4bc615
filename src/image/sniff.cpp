#include "image/sniff.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace ectype::image {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::optional<Format> format;
  std::string_view name;
};

// First match wins: a more special one stands before the general one.
constexpr Magic kMagics[] = {
    {0, "\xFF\xD8\xFF"sv, Format::jpeg, "JPEG"},
    {0, "\x89PNG\r\n\x1A\n"sv, Format::png, "PNG"},
    {0, "GIF87a"sv, Format::gif, "GIF"},
    {0, "GIF89a"sv, Format::gif, "GIF"},
    {8, "CR\x02\0"sv, std::nullopt, "camera raw picture (Canon CR2)"},
    {0, "II*\0"sv, Format::tiff, "TIFF"},
    {0, "MM\0*"sv, Format::tiff, "TIFF"},
    {0, "II+\0"sv, Format::tiff, "BigTIFF"},
    {0, "MM\0+"sv, Format::tiff, "BigTIFF"},
    {0, "\0\0\0\x0CjP  \r\n\x87\n"sv, Format::jpeg2000, "JPEG 2000"},
    {0, "\xFF\x4F\xFF\x51"sv, Format::jpeg2000, "JPEG 2000 codestream"},
    {0, "\0\0\0\x0CJXL \r\n\x87\n"sv, std::nullopt, "JPEG XL picture"},
    {0, "\xFF\x0A"sv, std::nullopt, "JPEG XL picture"},
    {0, "8BPS"sv, std::nullopt, "Photoshop (PSD) picture"},
    {0, "FUJIFILMCCD-RAW"sv, std::nullopt, "camera raw picture (Fujifilm RAF)"},
    {0, "IIRO"sv, std::nullopt, "camera raw picture (Olympus ORF)"},
    {0, "IIU\0"sv, std::nullopt, "camera raw picture (Panasonic RW2)"},
    {0, "FOVb"sv, std::nullopt, "camera raw picture (Sigma X3F)"},
    {0, "Pf\n"sv, std::nullopt, "PFM float picture"},
    {0, "PF\n"sv, std::nullopt, "PFM float picture"},
    {0, "v/1\x01"sv, std::nullopt, "OpenEXR picture"},
    {0, "#?RADIANCE"sv, std::nullopt, "Radiance HDR picture"},
    {0, "DDS "sv, std::nullopt, "DDS texture"},
    {0, "qoif"sv, std::nullopt, "QOI picture"},
    {0, "icns"sv, std::nullopt, "Apple icon (ICNS)"},
    {0, "gimp xcf"sv, std::nullopt, "GIMP (XCF) picture"},
    {0, "BPG\xFB"sv, std::nullopt, "BPG picture"},
    {0, "%PDF-"sv, std::nullopt, "PDF document, not a picture"},
    {0, "PK\x03\x04"sv, std::nullopt, "ZIP archive, not a picture"},
    {0, "Rar!"sv, std::nullopt, "RAR archive, not a picture"},
    {0, "7z\xBC\xAF"sv, std::nullopt, "7-Zip archive, not a picture"},
    {0, "\x1F\x8B"sv, std::nullopt, "gzip data, not a picture"},
    {0, "SQLite format 3\0"sv, std::nullopt, "SQLite database, not a picture"},
    {0,
     "\x7F"
     "ELF"sv,
     std::nullopt, "ELF program, not a picture"},
    {0, "\x1A\x45\xDF\xA3"sv, std::nullopt, "Matroska/WebM video, not a picture"},
};

bool starts_at(std::string_view text, std::size_t offset, std::string_view bytes) {
  return text.size() >= offset + bytes.size() && text.substr(offset, bytes.size()) == bytes;
}

std::uint32_t little_endian(std::string_view text, std::size_t offset, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(text[offset + i]);
  return value;
}

/// "BM" alone is common in text; the size of the second header tells.
bool is_bmp(std::string_view head) {
  constexpr std::array<std::uint32_t, 8> sizes{12, 16, 40, 52, 56, 64, 108, 124};
  return starts_at(head, 0, "BM") && head.size() >= 18 &&
         std::find(sizes.begin(), sizes.end(), little_endian(head, 14, 4)) != sizes.end();
}

bool is_pnm(std::string_view head) {
  return head.size() >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' &&
         (std::isspace(static_cast<unsigned char>(head[2])) != 0 || head[2] == '#');
}

bool is_icon(std::string_view head) {
  return head.size() >= 6 && little_endian(head, 0, 2) == 0 && (head[2] == 1 || head[2] == 2) &&
         head[3] == 0 && little_endian(head, 4, 2) > 0;
}

/// ISO base media files name their kind by brands: a major one and compatible ones.
std::optional<Sniffed> sniff_iso_media(std::string_view head) {
  if (!starts_at(head, 4, "ftyp") || head.size() < 16) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<std::uint8_t>(head[i]);
  const std::size_t end = std::min(size, head.size());
  bool heif = false;
  bool avif = false;
  bool raw = false;
  for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
    const std::string_view brand = head.substr(at, 4);
    avif |= brand == "avif" || brand == "avis";
    heif |= brand == "heic" || brand == "heix" || brand == "hevc" || brand == "hevx" ||
            brand == "heim" || brand == "heis" || brand == "mif1" || brand == "msf1";
    raw |= brand == "crx ";
  }
  if (raw) return Sniffed{std::nullopt, "camera raw picture (Canon CR3)"};
  if (avif) return Sniffed{Format::avif, "AVIF"};
  if (heif) return Sniffed{Format::heif, "HEIF"};
  return Sniffed{std::nullopt, "MP4/QuickTime media, not a picture"};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::optional<std::string> sniff_text(std::string_view head) {
  const bool printable = std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
  });
  if (!printable) return std::nullopt;
  const std::string text = lower(head);
  if (text.find("<svg") != std::string::npos) return "SVG drawing";
  if (text.find("<html") != std::string::npos || text.find("<!doctype html") != std::string::npos)
    return "HTML text, not a picture";
  return "text, not a picture";
}

}  // namespace

Sniffed sniff(std::span<const std::uint8_t> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                              std::min(bytes.size(), kSniffBytes));
  if (head.empty()) return {std::nullopt, "empty file"};
  for (const Magic& magic : kMagics)
    if (starts_at(head, magic.offset, magic.bytes)) return {magic.format, std::string(magic.name)};
  if (starts_at(head, 0, "RIFF"))
    return starts_at(head, 8, "WEBP") ? Sniffed{Format::webp, "WebP"}
                                      : Sniffed{std::nullopt, "RIFF media, not a picture"};
  if (auto media = sniff_iso_media(head)) return *std::move(media);
  if (is_bmp(head)) return {Format::bmp, "BMP"};
  if (is_pnm(head)) return {Format::pnm, "PNM"};
  if (is_icon(head)) return {std::nullopt, "Windows icon or cursor (ICO)"};
  if (auto text = sniff_text(head)) return {std::nullopt, *std::move(text)};
  return {std::nullopt, "unknown content, not a picture that this version knows"};
}

}  // namespace ectype::image
