#pragma once

#include "ectype/error.hpp"
#include "ectype/scan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ectype::scan {

/// Whether content begins as an archive does that ArchiveReader reads, or as one that is
/// compressed. `head`: the first kArchiveHead bytes, or all there are.
inline constexpr std::size_t kArchiveHead = 512;
[[nodiscard]] bool is_archive(std::span<const std::uint8_t> head);

/// "libarchive 3.6.2".
[[nodiscard]] std::string archive_version();

/// What an archive says of a member.
struct MemberHeader {
  enum class Kind { file, folder, link, special };
  std::string name;  ///< bytes as stored
  Kind kind = Kind::file;
  bool encrypted = false;
  std::optional<std::uint64_t> size;  ///< bytes; what it claims
  std::optional<std::int64_t> modified_seconds;
  std::uint32_t modified_nanoseconds = 0;
};

/// The end of an archive; `damage` says why it may not be the end of what it held.
struct ArchiveEnd {
  std::string damage;
  std::optional<Outcome> failure;  ///< of the process that unpacks: crashed or timed_out
  bool host_failed = false;        ///< there was no such process
};

/// How the content of a member was written.
struct MemberData {
  enum class State { whole, too_large, damaged };
  std::uint64_t bytes = 0;
  State state = State::whole;
  std::string reason;              ///< of damage
  std::optional<Outcome> failure;  ///< as of an ArchiveEnd, which then follows
};

/// That this machine lacks what it takes to unpack a file, whatever the file is.
struct HostError : Error {
  explicit HostError(const std::string& what) : Error(ErrorCode::internal, what) {}
};

/// Reads an archive member by member. What goes wrong with the archive is in its answers; HostError
/// where there is no memory.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// The next member, or nothing at the end: then see `end`.
  [[nodiscard]] virtual std::optional<MemberHeader> next() = 0;
  [[nodiscard]] virtual const ArchiveEnd& end() const = 0;
  /// Writes the content of that member to a file of that many bytes, from its start.
  [[nodiscard]] virtual MemberData write(int descriptor, std::uint64_t max_bytes) = 0;
};

/// By libarchive, in this process: ZIP, tar, 7-Zip and RAR; gzip, bzip2, xz, LZMA, Zstandard and
/// LZ4, around an archive or one file. Not thread-safe.
class ArchiveReader final : public Unpacker {
 public:
  /// Reads an open file from its start, and moves its offset.
  explicit ArchiveReader(int descriptor);
  ~ArchiveReader() override;
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  [[nodiscard]] std::optional<MemberHeader> next() override;
  [[nodiscard]] const ArchiveEnd& end() const override { return end_; }
  [[nodiscard]] MemberData write(int descriptor, std::uint64_t max_bytes) override;

  /// Loads what names of members need, which a sandbox would refuse to open later.
  static void prepare();

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  ArchiveEnd end_;
};

}  // namespace ectype::scan
