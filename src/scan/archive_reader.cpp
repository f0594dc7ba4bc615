#include "scan/archive_reader.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unistd.h>

namespace ectype::scan {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
/// Headers in a row that libarchive asks to try again: then the archive is given up.
constexpr int kMostRetries = 100;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
};
constexpr std::array kMagics{
    Magic{0, "PK\x03\x04"},
    Magic{0, {"PK\x05\x06", 4}},
    Magic{0, {"PK\x07\x08PK\x03\x04", 8}},  // one part of a split archive
    Magic{0, "7z\xBC\xAF\x27\x1C"},
    Magic{0, "Rar!\x1A\x07"},
    Magic{0, "\x1F\x8B\x08"},
    Magic{0, "BZh"},
    Magic{0,
          {"\xFD"
           "7zXZ\0",
           6}},
    Magic{0, {"\x5D\0\0", 3}},
    Magic{0, "\x28\xB5\x2F\xFD"},
    Magic{0, "\x04\x22\x4D\x18"},
};

/// By its header's own sum, in which the sum's place counts as blanks: of tar the only sign that is
/// no accident.
bool is_tar(std::string_view head) {
  constexpr std::size_t header = 512, place = 148, digits = 8;
  if (head.size() < header || head.substr(257, 5) != "ustar") return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < header; ++i)
    sum += i - place < digits ? ' ' : static_cast<unsigned char>(head[i]);
  const std::string stored(head.substr(place, digits));
  const std::size_t first = stored.find_first_not_of(' ');
  return first != std::string::npos && std::strtoul(stored.c_str() + first, nullptr, 8) == sum;
}

/// In which names are bytes of UTF-8 or what else they are: libarchive asks the locale. Null where
/// the system has none.
locale_t utf8_locale() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

/// Of this thread, for as long as it lives.
class NameLocale {
 public:
  NameLocale() : before_(utf8_locale() != nullptr ? ::uselocale(utf8_locale()) : nullptr) {}
  ~NameLocale() {
    if (before_ != nullptr) ::uselocale(before_);
  }
  NameLocale(const NameLocale&) = delete;
  NameLocale& operator=(const NameLocale&) = delete;

 private:
  locale_t before_;
};

/// A filter that libarchive was built without would start a program.
void support_filters(archive* reader) {
  if (archive_zlib_version() != nullptr) archive_read_support_filter_gzip(reader);
  if (archive_bzlib_version() != nullptr) archive_read_support_filter_bzip2(reader);
  if (archive_liblzma_version() != nullptr) {
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_lzma(reader);
  }
  if (archive_libzstd_version() != nullptr) archive_read_support_filter_zstd(reader);
  if (archive_liblz4_version() != nullptr) archive_read_support_filter_lz4(reader);
}

void support_formats(archive* reader) {
  archive_read_support_format_zip(reader);
  archive_read_support_format_tar(reader);
  archive_read_support_format_7zip(reader);
  archive_read_support_format_rar(reader);
  archive_read_support_format_rar5(reader);
  archive_read_support_format_raw(reader);  // one compressed file
  // What is joined to the end of a tar belongs to it.
  archive_read_set_option(reader, "tar", "read_concatenated_archives", "1");
}

std::string error_of(archive* reader) {
  const char* const words = archive_error_string(reader);
  std::string text = words != nullptr ? words : "it cannot be read";
  text.erase(text.find_last_not_of("\n ") + 1);
  return text;
}

MemberHeader::Kind kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return MemberHeader::Kind::link;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case 0:
      return MemberHeader::Kind::file;
    case AE_IFDIR:
      return MemberHeader::Kind::folder;
    case AE_IFLNK:
      return MemberHeader::Kind::link;
    default:
      return MemberHeader::Kind::special;
  }
}

MemberHeader header_of(archive_entry* entry) {
  MemberHeader header;
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  header.name = name != nullptr ? name : "";
  header.kind = kind_of(entry);
  header.encrypted = archive_entry_is_data_encrypted(entry) != 0;
  if (archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) >= 0)
    header.size = static_cast<std::uint64_t>(archive_entry_size(entry));
  if (archive_entry_mtime_is_set(entry) != 0) {
    header.modified_seconds = archive_entry_mtime(entry);
    header.modified_nanoseconds = static_cast<std::uint32_t>(
        std::clamp<long>(archive_entry_mtime_nsec(entry), 0, 999'999'999));
  }
  return header;
}

bool write_all(int descriptor, std::uint64_t offset, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  if (::lseek(descriptor, static_cast<off_t>(offset), SEEK_SET) < 0) return false;
  while (size > 0) {
    const ssize_t count = ::write(descriptor, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

bool is_archive(std::span<const std::uint8_t> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  return is_tar(text) || std::any_of(kMagics.begin(), kMagics.end(), [&](const Magic& magic) {
           return text.size() >= magic.offset + magic.bytes.size() &&
                  text.substr(magic.offset, magic.bytes.size()) == magic.bytes;
         });
}

std::string archive_version() { return archive_version_string(); }

struct ArchiveReader::Handle {
  std::unique_ptr<archive, int (*)(archive*)> reader{archive_read_new(), archive_read_free};
  archive_entry* entry = nullptr;  // of `reader`
  bool ended = false;
};

ArchiveReader::ArchiveReader(int descriptor) : handle_(std::make_unique<Handle>()) {
  archive* const reader = handle_->reader.get();
  if (reader == nullptr) throw HostError("no memory to read an archive");
  const NameLocale locale;
  support_filters(reader);
  support_formats(reader);
  ::lseek(descriptor, 0, SEEK_SET);
  if (archive_read_open_fd(reader, descriptor, kBlock) == ARCHIVE_OK) return;
  handle_->ended = true;
  end_.damage = error_of(reader);
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::prepare() { static_cast<void>(utf8_locale()); }

std::optional<MemberHeader> ArchiveReader::next() {
  if (handle_->ended) return std::nullopt;
  archive* const reader = handle_->reader.get();
  const NameLocale locale;
  int result = ARCHIVE_RETRY;
  for (int i = 0; i < kMostRetries && result == ARCHIVE_RETRY; ++i) {
    // libarchive takes ENOMEM of an earlier call for one of a name, and exits.
    errno = 0;
    result = archive_read_next_header(reader, &handle_->entry);
  }
  // What has no filter and no format but "raw" is no archive.
  const bool plain = (result == ARCHIVE_OK || result == ARCHIVE_WARN) &&
                     archive_format(reader) == ARCHIVE_FORMAT_RAW &&
                     archive_filter_count(reader) <= 1;
  if ((result == ARCHIVE_OK || result == ARCHIVE_WARN) && !plain) return header_of(handle_->entry);
  handle_->ended = true;
  if (plain)
    end_.damage = "it begins as an archive, and is none";
  else if (result != ARCHIVE_EOF)
    end_.damage = error_of(reader);
  return std::nullopt;
}

MemberData ArchiveReader::write(int descriptor, std::uint64_t max_bytes) {
  archive* const reader = handle_->reader.get();
  const NameLocale locale;
  MemberData data;
  const auto note = [&](MemberData::State state, const std::string& reason) {
    data.state = state;
    data.reason = reason;
  };
  int retries = 0;
  while (!handle_->ended) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(reader, &block, &size, &offset);
    if (result == ARCHIVE_EOF) break;
    if (result == ARCHIVE_RETRY && ++retries < kMostRetries) continue;
    if (result != ARCHIVE_OK) note(MemberData::State::damaged, error_of(reader));
    if (result < ARCHIVE_WARN) break;
    const auto at = static_cast<std::uint64_t>(offset);
    if (offset < 0 || at > max_bytes || size > max_bytes - at) {
      note(MemberData::State::too_large, "");
      break;
    }
    if (!write_all(descriptor, at, block, size))
      throw HostError(std::string("no memory to unpack it to: ") + std::strerror(errno));
    data.bytes = std::max(data.bytes, at + size);
  }
  // What a sparse file ends with takes no block.
  const bool sized = data.state == MemberData::State::whole && handle_->entry != nullptr &&
                     archive_entry_size_is_set(handle_->entry) != 0;
  const la_int64_t size = sized ? archive_entry_size(handle_->entry) : 0;
  if (size > 0 && static_cast<std::uint64_t>(size) > data.bytes) {
    if (archive_entry_sparse_count(handle_->entry) == 0)
      note(MemberData::State::damaged, "it is shorter than the archive says");
    else if (static_cast<std::uint64_t>(size) > max_bytes)
      note(MemberData::State::too_large, "");
    else
      data.bytes = static_cast<std::uint64_t>(size);
  }
  return data;
}

}  // namespace ectype::scan
