#pragma once

#include "ectype/export.hpp"
#include "ectype/file_digests.hpp"
#include "ectype/hash_set.hpp"
#include "ectype/image.hpp"
#include "ectype/pdq.hpp"
#include "ectype/sign_level.hpp"
#include "ectype/signature.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ectype {

/// What became of a file. Every file seen has exactly one.
enum class Outcome {
  hashed,       ///< hashed and, in a scan, matched by nothing
  matched,      ///< a known picture matches: see `HashSet::match`
  low_quality,  ///< hashed, but with too little content to be matched
  damaged,      ///< damaged, and matched by nothing; hashed as far as it could be decoded
  unsupported,  ///< not a picture, or of a format that is not built in
  over_limit,   ///< larger than the limits
  timed_out,    ///< took longer than its deadline
  crashed,      ///< its decoder failed in a way that it must not
  unreadable,   ///< the system refused to open or read it
  skipped,      ///< a symbolic link, FIFO, device or socket: not opened
  unpacked,     ///< an archive, matched by nothing itself; what it holds has rows of its own
};

ECTYPE_API std::string_view to_string(Outcome outcome) noexcept;

/// What a file is, beside its picture.
struct FileFacts {
  static constexpr std::int64_t kNoTime = INT64_MIN;

  std::uint64_t size = 0;  ///< bytes
  /// Since 1970 (UTC), or kNoTime, which an archive may leave open.
  std::int64_t modified_seconds = 0;
  std::uint32_t modified_nanoseconds = 0;  ///< beside these
  FileDigests digests;                     ///< all, or none where the reason says why
  bool changed = false;  ///< while it was read: digests and picture may be of different bytes
};

/// What the thumbnail that a file carries of itself is to its picture.
enum class Thumbnail {
  same,          ///< it shows the picture, or a part of it
  differs,       ///< it shows something else: the file was edited, or put together
  not_compared,  ///< one of them has too little content, or is damaged; or at `Level::strict`
  unreadable,    ///< the reason says why
};

ECTYPE_API std::string_view to_string(Thumbnail thumbnail) noexcept;

/// A small picture, blurred and gray.
struct Preview {
  static constexpr std::uint32_t kMostPixels = 48;  ///< along the longest side

  std::uint32_t width = 0, height = 0;
  std::vector<std::uint8_t> gray;  ///< rows from top to bottom

  /// As a PNG file. Throws `Error` (storage) where libpng fails.
  [[nodiscard]] ECTYPE_API std::string to_png() const;
};

struct FileResult {
  std::string path;  ///< bytes as the system gave them
  /// Of what lies in an archive at `path`: its name there, as bytes; of an archive in an archive,
  /// all names from the outermost on.
  std::vector<std::string> members;
  std::uint64_t rows_within = 0;  ///< of an archive: the rows of what it holds, which come before
  Outcome outcome = Outcome::hashed;
  std::string reason;             ///< empty for a whole picture without oddities, hashed or matched
  std::optional<ImageInfo> info;  ///< where the header could be read
  std::optional<FileFacts> facts;      ///< where they were asked for and the file could be read
  Signature signature;                 ///< without hashes where there is none, or `from_state`
  std::optional<Thumbnail> thumbnail;  ///< where it was asked for and the file has one
  Signature thumbnail_signature;       ///< as `signature`
  std::optional<Preview> preview;      ///< of what matches, where it was asked for
  std::optional<Recipe> recipe;        ///< of the first hash, where there is one
  Quality quality;                     ///< of the first hash
  bool host_failed = false;            ///< for want of what this machine lacked; no state keeps it
  bool from_state = false;             ///< an earlier run examined it: `ScanOptions::state`
  /// Of the same bytes first, then as `HashSet::match`. An archive that was not wholly seen may
  /// have some and says that as its outcome.
  std::vector<Match> matches;

  /// False where the file could not be examined: it may hold a picture that nobody has seen.
  [[nodiscard]] ECTYPE_API bool examined() const noexcept;
};

/// Decoding in worker processes, so that what a file does to its decoder is that file's outcome:
/// `ectype-worker`, as many as `ScanOptions::threads`, kept for many files. A thread of this
/// process hands each its files, the next one while it is still at the one before, and up to eight
/// at once where they are small (half a MiB in all). A worker has no more memory than is said here
/// and, from its first file on, may neither open files nor start programs nor use the network
/// (seccomp; Linux). It ends with its parent. A file that ends its worker, or takes longer than its
/// deadline, is tried once more in a new one.
///
/// A file that does not crash its decoder but takes it over can answer as it likes, for itself and
/// for the files that this worker gets after it, within the hashes that were asked for. One file a
/// worker (`files_per_worker` of 1) leaves it none but itself, at the price of a process a file.
struct IsolationOptions {
  /// The program; empty: $ECTYPE_WORKER or, without that, `ectype-worker` beside the program that
  /// runs. One that cannot be started is an `Error` (not_found).
  std::filesystem::path worker;
  std::chrono::milliseconds deadline{60'000};         ///< of one file, each time it is tried
  std::uint64_t max_memory = std::uint64_t{4} << 30;  ///< bytes of address space of a worker
  unsigned files_per_worker = 4000;                   ///< then a new one takes over
  /// Told once, on the calling thread, what the sandbox lacks on this system; files are examined
  /// all the same.
  std::function<void(const std::string& missing)> on_missing;
};

/// What of an archive is unpacked. What lies beyond has an outcome that says so.
struct ArchiveLimits {
  unsigned max_depth = 3;         ///< archives within archives; 1: none within one
  std::uint64_t max_ratio = 200;  ///< bytes that all of a file may unpack to, a byte of the file
  std::uint64_t free_bytes = std::uint64_t{1} << 30;        ///< that it may, whatever the ratio
  std::uint64_t max_member_bytes = std::uint64_t{1} << 29;  ///< of one member, in memory
  std::uint64_t max_members = 1'000'000;                    ///< of a file
};

struct ScanOptions {
  std::vector<std::string> algorithms{"pdq"};  ///< see `algorithms()`; matched is what a set holds
  std::optional<Level> level;  ///< instead: what this level needs (`sign(image, level, purpose)`)
  Purpose purpose = Purpose::query;  ///< of what a level needs
  PdqProfile profile = PdqProfile::exact;
  bool facts = false;  ///< also read `FileFacts` of each file: it is read twice, from disk once
  std::uint64_t max_digest_bytes = std::uint64_t{64} << 30;  ///< no digests of larger files
  bool thumbnails = false;  ///< also match the thumbnails that files carry
  bool previews = false;    ///< also draw what matches, small and blurred; a state keeps it
  Limits limits;
  unsigned threads = 1;              ///< that decode, or workers; 0: one a core; at most 256
  const HashSet* against = nullptr;  ///< match against this set, which must outlive the call
  MatchOptions match;
  std::optional<IsolationOptions> isolation;  ///< none: decode in this process
  /// For `examine_tree`: also what lies in archives (ZIP, tar, 7-Zip, RAR, and what gzip, bzip2,
  /// xz, LZMA, Zstandard or LZ4 compress), told by content. It is unpacked in memory, by a worker
  /// where decoding is isolated. None: archives are files that are no pictures.
  std::optional<ArchiveLimits> archives;
  /// For `examine_tree`: keeps what became of every file in this file (SQLite, 0600, no hash), and
  /// takes over what an earlier call with the same options kept of files that are still the same.
  /// So a call that was interrupted, by whatever, goes on. Empty: nothing is kept. `Error`
  /// (invalid_argument) where it is of other options or of another state of the set.
  std::filesystem::path state;
  /// For `examine_file`, `examine_files` and `examine_tree`: once it is true, which any thread may
  /// make it, they soon end with `Error` (interrupted); without isolation, when the files at work
  /// are done. What `state` keeps is what was finished.
  const std::atomic<bool>* stop = nullptr;
};

/// MD5, SHA-1 and SHA-256 of a file. Throws `Error` (unreadable; not_found).
[[nodiscard]] ECTYPE_API FileDigests digest_file(const std::filesystem::path& path);

/// What of the options the results depend on, beside the set: by name and in words, for records.
[[nodiscard]] ECTYPE_API std::vector<std::pair<std::string, std::string>> describe(
    const ScanOptions& options);

/// One picture, opened by `open` (which may throw what `Image::open` does). What is wrong with it
/// is its outcome, never thrown; `Error` is about the set or an unknown algorithm, here and below.
/// The result has no path.
[[nodiscard]] ECTYPE_API FileResult examine(const std::function<Image()>& open,
                                            const ScanOptions& options = {});

/// One file. What is wrong with it is its outcome, never thrown; `Error` is about the set.
[[nodiscard]] ECTYPE_API FileResult examine_file(const std::string& path,
                                                 const ScanOptions& options = {});

/// The given files, one result each, in the order given. A folder among them is unreadable.
[[nodiscard]] ECTYPE_API std::vector<FileResult> examine_files(std::span<const std::string> paths,
                                                               const ScanOptions& options = {});

/// How many results `examine_tree` will give for these paths, if nothing changes: for progress.
/// Reads folders, not files; returns 0 when `stop` becomes true meanwhile. Never throws for a path.
[[nodiscard]] ECTYPE_API std::uint64_t count_tree(std::span<const std::string> paths,
                                                  const std::atomic<bool>& stop);

/// The given files, and all files below the given folders in byte order of their names; symbolic
/// links below them are not followed. `row` gets every result, on the calling thread, in that order
/// whatever the number of threads; memory does not grow with the number of files. A process that `row`
/// forks has none of these threads: it must not return from `row`, nor throw.
ECTYPE_API void examine_tree(std::span<const std::string> paths, const ScanOptions& options,
                             const std::function<void(FileResult&&)>& row);

}  // namespace ectype
