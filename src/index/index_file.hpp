#pragma once

#include "index/bucket_table.hpp"
#include "index/chunk_plan.hpp"
#include "index/mapped_file.hpp"

#include "ectype/multi_index.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

// The file of a MultiIndex, format 1. All numbers are little-endian.
//
//   head      Header, then one Section each, then the checksums of the blocks (8 bytes each)
//   data      from the next multiple of 4096; sections start at multiples of 64
//
// Sections, in this order, from where the data starts to the end of the file: the rows (each its
// words of 64 bits, word 0 first); their ids, 8 bytes each, where they have some; for each chunk
// its groups or, where one of them would hold over 65535 rows, its starts of 4 bytes; and its row
// numbers. The layout of groups and row numbers is that of BucketTable, which is used in place.
// Chunks ascend and have no bit in common; there are 1 to 64 of them, and none where there is no
// row. Whoever writes a file can make its checksums: nothing else that it says is believed either.
//
// Header::checksum is XXH3 over the head, taken with that field as 0. The data has a checksum for
// each block of 256 KiB (the last may be shorter): XXH3 seeded with the number of the block.
namespace ectype::index {

struct Header {
  char magic[8];  // kIndexMagic
  std::uint32_t version;
  std::uint32_t hash_bits;
  std::uint64_t file_bytes;
  std::uint64_t rows;
  std::uint32_t radius;
  std::uint32_t chunks;
  std::uint64_t generation;  // of the hash set that it was built from
  std::int64_t change;       // of that generation
  char uuid[40];             // its UUID, padded with zeros; empty where it was built from no set
  char algorithm[64];        // of the hashes, padded with zeros
  std::uint32_t sections;
  std::uint32_t blocks;
  std::uint64_t data;  // where the data starts
  std::uint64_t checksum;
};
static_assert(sizeof(Header) == 184);

enum class SectionKind : std::uint32_t {
  rows = 1,
  groups = 2,
  starts = 3,
  row_numbers = 4,
  ids = 5
};

struct Section {
  SectionKind kind;
  std::uint32_t chunk;      // this and the next two are 0 for rows and ids
  std::uint32_t first_bit;  // of the chunk
  std::uint32_t bits;       // of the chunk
  std::uint64_t offset;     // in the file
  std::uint64_t bytes;
};
static_assert(sizeof(Section) == 32);

inline constexpr std::string_view kIndexMagic = "ECTYPEIX";
inline constexpr std::uint32_t kIndexVersion = 1;

/// What a file holds, in place.
struct IndexContent {
  std::shared_ptr<const MappedFile> file;
  std::span<const std::uint8_t> rows;
  std::span<const std::uint8_t> ids;
  std::uint64_t row_count = 0;
  int radius = 0;
  std::vector<Chunk> chunks;
  std::vector<BucketTable> tables;
  IndexStamp stamp;
};

/// Opens and checks the head; blocks are checked when they are touched. Throws Error (not_found,
/// unreadable, unsupported, damaged, mismatch for hashes of another length).
IndexContent open_index_file(const std::filesystem::path& path, std::uint32_t hash_bits);

/// Writes whole or not at all. `content.file` is not looked at.
void write_index_file(const std::filesystem::path& path, const IndexContent& content,
                      std::uint32_t hash_bits);

}  // namespace ectype::index
