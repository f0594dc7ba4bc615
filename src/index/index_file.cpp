#include "index/index_file.hpp"

#include "ectype/atomic_file.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include <xxhash.h>

namespace ectype::index {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is used in place");

constexpr std::uint64_t kDataAlignment = 4096;
constexpr std::uint64_t kSectionAlignment = 64;
constexpr std::uint32_t kMostChunks = 64;

std::uint64_t aligned(std::uint64_t offset, std::uint64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

std::uint64_t blocks_of(std::uint64_t bytes) {
  return (bytes + MappedFile::kBlock - 1) / MappedFile::kBlock;
}

/// A section and what stands in it.
struct Piece {
  Section section;
  std::span<const std::uint8_t> bytes;
};

std::vector<Piece> pieces_of(const IndexContent& content) {
  std::vector<Piece> pieces;
  if (!content.rows.empty()) pieces.push_back({{SectionKind::rows, 0, 0, 0, 0, 0}, content.rows});
  if (!content.ids.empty()) pieces.push_back({{SectionKind::ids, 0, 0, 0, 0, 0}, content.ids});
  for (std::uint32_t i = 0; i < content.chunks.size(); ++i) {
    const auto add = [&](SectionKind kind, std::span<const std::uint8_t> bytes) {
      if (!bytes.empty())
        pieces.push_back({{kind, i, content.chunks[i].first, content.chunks[i].bits, 0, 0}, bytes});
    };
    const BucketTable::Parts parts = content.tables[i].parts();
    add(SectionKind::groups, parts.groups);
    add(SectionKind::starts, parts.starts);
    add(SectionKind::row_numbers, parts.rows);
  }
  return pieces;
}

/// Lays the sections out from `data` on and returns where the file ends. An end that another block
/// would begin with is not there: no section is empty.
std::uint64_t place(std::vector<Piece>& pieces, std::uint64_t data) {
  std::uint64_t offset = data;
  for (Piece& piece : pieces) {
    offset = aligned(offset, kSectionAlignment);
    piece.section.offset = offset;
    piece.section.bytes = piece.bytes.size();
    offset += piece.bytes.size();
  }
  return offset;
}

/// Calls visit(bytes) with the data, padding and all, in order.
template <typename Visit>
void each_part(const std::vector<Piece>& pieces, std::uint64_t data, Visit visit) {
  static constexpr std::uint8_t kZeros[kSectionAlignment] = {};
  std::uint64_t offset = data;
  for (const Piece& piece : pieces) {
    visit(std::span(kZeros).first(piece.section.offset - offset));
    visit(piece.bytes);
    offset = piece.section.offset + piece.section.bytes;
  }
}

/// The checksums of blocks whose bytes come in parts.
class BlockSums {
 public:
  void add(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), MappedFile::kBlock - block_.size());
      block_.insert(block_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(count));
      bytes = bytes.subspan(count);
      if (block_.size() == MappedFile::kBlock) finish_block();
    }
  }
  std::vector<std::uint64_t> take() {
    if (!block_.empty()) finish_block();
    return std::move(sums_);
  }

 private:
  void finish_block() {
    sums_.push_back(MappedFile::checksum(block_, sums_.size()));
    block_.clear();
  }

  std::vector<std::uint8_t> block_;
  std::vector<std::uint64_t> sums_;
};

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t checksum_of_head(std::string head) {
  std::memset(head.data() + offsetof(Header, checksum), 0, sizeof(std::uint64_t));
  return XXH3_64bits(head.data(), head.size());
}

template <std::size_t Size>
std::string text_of(const char (&field)[Size]) {
  return {field, strnlen(field, Size)};
}

template <std::size_t Size>
void put_text(char (&field)[Size], const std::string& text, const char* what) {
  if (text.size() > Size)
    throw Error(ErrorCode::invalid_argument, std::string("the ") + what + " has " +
                                                 std::to_string(text.size()) +
                                                 " bytes; give at most " + std::to_string(Size));
  text.copy(field, Size);
}

/// Reads the head of a mapped file with everything in it checked.
class HeadReader {
 public:
  HeadReader(const MappedFile& file, std::uint32_t hash_bits) : file_(file) {
    const std::span<const std::uint8_t> bytes = file.bytes();
    if (bytes.size() < sizeof header_ || as_text(bytes.first(kIndexMagic.size())) != kIndexMagic)
      throw Error(ErrorCode::unsupported, file.name() + ": is no index of ectype");
    std::memcpy(&header_, bytes.data(), sizeof header_);
    if (header_.version != kIndexVersion)
      throw Error(ErrorCode::unsupported, file.name() + ": is an index of format " +
                                              std::to_string(header_.version) +
                                              ", and this version reads format " +
                                              std::to_string(kIndexVersion) + "; build it again");
    check_head();
    if (header_.hash_bits != hash_bits)
      throw Error(ErrorCode::mismatch, file.name() + ": is an index of hashes of " +
                                           std::to_string(header_.hash_bits) + " bits, not of " +
                                           std::to_string(hash_bits));
  }

  [[nodiscard]] const Header& header() const { return header_; }

  [[nodiscard]] std::span<const std::uint64_t> checksums() const {
    return {reinterpret_cast<const std::uint64_t*>(file_.bytes().data() + sizeof header_ +
                                                   header_.sections * sizeof(Section)),
            header_.blocks};
  }

 private:
  void check_head() const {
    const std::uint64_t size = file_.bytes().size();
    if (header_.file_bytes != size)
      throw file_.damaged("it has " + std::to_string(size) + " bytes of " +
                          std::to_string(header_.file_bytes));
    const std::uint64_t head = sizeof header_ + std::uint64_t{header_.sections} * sizeof(Section) +
                               std::uint64_t{header_.blocks} * sizeof(std::uint64_t);
    if (head > size || header_.data != aligned(head, kDataAlignment) || header_.data > size ||
        header_.blocks != blocks_of(size - header_.data) || header_.chunks > kMostChunks ||
        (header_.chunks == 0) != (header_.rows == 0) || header_.rows >= UINT32_MAX ||
        header_.radius > header_.hash_bits)
      throw file_.damaged("its head is inconsistent");
    if (checksum_of_head(std::string(as_text(file_.bytes().first(head)))) != header_.checksum)
      throw file_.damaged("its head does not fit its checksum");
    const auto padding = file_.bytes().subspan(head, header_.data - head);
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; }))
      throw file_.damaged("there is something between its head and its data");
  }

  const MappedFile& file_;
  Header header_{};
};

/// Takes the sections in the one order that they may have, each from where the one before it ends:
/// then none is there twice, lies outside of the file or over another.
class SectionReader {
 public:
  SectionReader(const MappedFile& file, const Header& header)
      : file_(file), header_(header), end_(header.data) {}

  /// The chunk of the next section, which must come behind the chunk before.
  Chunk next_chunk() {
    const Section section = next();
    if (section.bits < 1 || section.bits > kMaxChunkBits || section.bits > header_.hash_bits ||
        section.first_bit > header_.hash_bits - section.bits || section.first_bit < end_of_chunk_)
      throw file_.damaged("a chunk is none of its hashes");
    end_of_chunk_ = section.first_bit + section.bits;
    return {section.first_bit, section.bits};
  }

  /// The bytes of the next section; none where it is not this one.
  std::span<const std::uint8_t> take(SectionKind kind, std::uint32_t number = 0,
                                     const Chunk& chunk = {}) {
    if (taken_ == header_.sections) return {};
    const Section section = next();
    if (section.kind != kind || section.chunk != number || section.first_bit != chunk.first ||
        section.bits != chunk.bits)
      return {};
    const std::uint64_t size = file_.bytes().size();
    if (section.offset != aligned(end_, kSectionAlignment) || section.offset > size ||
        section.bytes > size - section.offset)
      throw file_.damaged("a section is not where the one before it ends");
    ++taken_;
    end_ = section.offset + section.bytes;
    return file_.bytes().subspan(section.offset, section.bytes);
  }

  void require_end() const {
    if (taken_ != header_.sections || end_ != file_.bytes().size())
      throw file_.damaged("it has a section that it must not have");
  }

 private:
  [[nodiscard]] Section next() const {
    if (taken_ == header_.sections) throw file_.damaged("it lacks a section");
    Section section{};
    std::memcpy(&section, file_.bytes().data() + sizeof header_ + taken_ * sizeof section,
                sizeof section);
    return section;
  }

  const MappedFile& file_;
  const Header& header_;
  std::uint64_t taken_ = 0;
  std::uint64_t end_;
  std::uint32_t end_of_chunk_ = 0;
};

}  // namespace

IndexContent open_index_file(const std::filesystem::path& path, std::uint32_t hash_bits) {
  const auto file = std::make_shared<MappedFile>(path);
  const HeadReader head(*file, hash_bits);
  const Header& header = head.header();
  file->verify_from(header.data, head.checksums());

  IndexContent content;
  content.file = file;
  content.row_count = header.rows;
  content.radius = static_cast<int>(header.radius);
  content.stamp = {text_of(header.uuid), text_of(header.algorithm), header.generation,
                   header.change};
  SectionReader sections(*file, header);
  content.rows = sections.take(SectionKind::rows);
  content.ids = sections.take(SectionKind::ids);
  if (content.rows.size() != header.rows * (hash_bits / 8))
    throw file->damaged("its rows are not as many as it says");
  if (!content.ids.empty() && content.ids.size() != header.rows * sizeof(std::int64_t))
    throw file->damaged("its ids are not as many as its rows");
  for (std::uint32_t i = 0; i < header.chunks; ++i) {
    const Chunk chunk = sections.next_chunk();
    BucketTable::Parts parts;
    parts.groups = sections.take(SectionKind::groups, i, chunk);
    parts.starts = sections.take(SectionKind::starts, i, chunk);
    parts.rows = sections.take(SectionKind::row_numbers, i, chunk);
    content.chunks.push_back(chunk);
    content.tables.emplace_back(parts, chunk.bits, header.rows, file);
  }
  sections.require_end();
  return content;
}

void write_index_file(const std::filesystem::path& path, const IndexContent& content,
                      std::uint32_t hash_bits) {
  Header header{};
  put_text(header.uuid, content.stamp.uuid, "UUID");
  put_text(header.algorithm, content.stamp.algorithm, "name of the algorithm");
  std::vector<Piece> pieces = pieces_of(content);
  // The number of blocks depends on where the data starts, and that on the number of blocks.
  const std::uint64_t data_bytes = place(pieces, 0);
  const std::uint64_t head_bytes = sizeof(Header) + pieces.size() * sizeof(Section) +
                                   blocks_of(data_bytes) * sizeof(std::uint64_t);
  const std::uint64_t data = aligned(head_bytes, kDataAlignment);
  const std::uint64_t file_bytes = place(pieces, data);

  BlockSums sums;
  each_part(pieces, data, [&](std::span<const std::uint8_t> bytes) { sums.add(bytes); });
  const std::vector<std::uint64_t> checksums = sums.take();

  kIndexMagic.copy(header.magic, sizeof header.magic);
  header.version = kIndexVersion;
  header.hash_bits = hash_bits;
  header.file_bytes = file_bytes;
  header.rows = content.row_count;
  header.radius = static_cast<std::uint32_t>(content.radius);
  header.chunks = static_cast<std::uint32_t>(content.chunks.size());
  header.generation = content.stamp.generation;
  header.change = content.stamp.change;
  header.sections = static_cast<std::uint32_t>(pieces.size());
  header.blocks = static_cast<std::uint32_t>(checksums.size());
  header.data = data;

  std::string head;
  append(head, header);
  for (const Piece& piece : pieces) append(head, piece.section);
  for (const std::uint64_t sum : checksums) append(head, sum);
  header.checksum = checksum_of_head(head);
  std::memcpy(head.data(), &header, sizeof header);
  head.resize(data);

  AtomicFile out(path, kIndexMagic);
  out.write(head);
  each_part(pieces, data, [&](std::span<const std::uint8_t> bytes) { out.write(as_text(bytes)); });
  out.commit();
}

}  // namespace ectype::index
