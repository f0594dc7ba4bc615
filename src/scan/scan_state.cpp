#include "scan/scan_state.hpp"

#include "hashset/checksum.hpp"
#include "scan/result_bytes.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace ectype::scan {
namespace {

using hashset::Database;
using hashset::Statement;

constexpr std::int64_t kApplicationId = 0x45435453;
constexpr std::int64_t kFormatVersion = 1;
constexpr std::chrono::milliseconds kCommitInterval{250};

constexpr hashset::DatabaseKind kKind{"state of a scan", "remove it, and scan from the beginning"};

constexpr const char* kSchema = R"sql(
CREATE TABLE options(text TEXT NOT NULL, runs INTEGER NOT NULL);
CREATE TABLE rows(
  path BLOB NOT NULL, place TEXT NOT NULL, identity TEXT NOT NULL, run INTEGER NOT NULL,
  result BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY(path, place));
)sql";

std::int64_t checksum_of(std::string_view path, std::string_view place, std::string_view identity,
                         std::int64_t run, std::span<const std::uint8_t> result) {
  hashset::Checksum sum;
  sum.add(path);
  sum.add(place);
  sum.add(identity);
  sum.add(run);
  sum.add(std::string_view(reinterpret_cast<const char*>(result.data()), result.size()));
  return sum.value();
}

/// Makes an empty file where there is none.
void require_file(const std::filesystem::path& file) {
  require_no_zero_byte(file.native());
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
    return;
  }
  if (errno != EEXIST)
    throw Error(ErrorCode::storage, file.string() + ": the state of the scan cannot be created: " +
                                        std::strerror(errno));
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    throw Error(ErrorCode::unsupported,
                file.string() + ": is not a file, and so no state of a scan");
}

/// The first line in which two texts differ, of both.
std::string difference(std::string_view stored, std::string_view wanted) {
  const auto line_at = [](std::string_view text, std::size_t at) {
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return std::string(text.substr(begin, text.find('\n', at) - begin));
  };
  std::size_t at = 0;
  while (at < stored.size() && at < wanted.size() && stored[at] == wanted[at]) ++at;
  return "'" + line_at(stored, std::min(at, stored.size())) + "', and now '" +
         line_at(wanted, std::min(at, wanted.size())) + "'";
}

void initialise(Database& database, const std::string& options) {
  database.execute(kSchema);
  Statement(database, "INSERT INTO options VALUES(?, 0)").bind(1, std::string_view(options)).run();
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.execute("PRAGMA user_version = " + std::to_string(kFormatVersion));
}

void require_same_options(Database& database, const std::string& options) {
  Statement row(database, "SELECT text FROM options");
  const std::string stored = row.step() ? row.text(0) : "";
  if (stored != options)
    throw Error(ErrorCode::invalid_argument,
                database.name() +
                    ": is the state of a scan with other options: " + difference(stored, options) +
                    "; repeat them, or name another file to scan from the beginning");
}

Database open_database(const std::filesystem::path& file) {
  require_file(file);
  Database database = Database::open(file, false, kKind);
  database.execute("PRAGMA locking_mode = EXCLUSIVE");
  database.execute("PRAGMA synchronous = FULL");
  return database;
}

void require_ours(Database& database) {
  if (database.number("PRAGMA application_id") != kApplicationId)
    throw Error(ErrorCode::unsupported,
                database.name() + ": is not the state of a scan, but some other SQLite database");
  if (const std::int64_t version = database.number("PRAGMA user_version");
      version != kFormatVersion)
    throw Error(ErrorCode::unsupported,
                database.name() + ": is the state of a scan of format " + std::to_string(version) +
                    ", and this version reads format " + std::to_string(kFormatVersion) +
                    "; go on with the ectype that made it, or name another file");
}

}  // namespace

std::string member_place(std::string_view archive, std::uint64_t index) {
  char number[20];
  std::snprintf(number, sizeof number, "%010llx", static_cast<unsigned long long>(index));
  std::string place(archive.substr(0, archive.size() - kWholeFile.size()));
  if (!place.empty()) place += '/';
  return place + number + std::string(kWholeFile);
}

ScanState::ScanState(const std::filesystem::path& file, const std::string& options)
    : database_(open_database(file)) {
  database_.execute("BEGIN IMMEDIATE");
  open_ = true;
  // A file that this process made, or that one left which was killed before it wrote anything.
  if (database_.number("SELECT count(*) FROM sqlite_schema") == 0 &&
      database_.number("PRAGMA application_id") == 0)
    initialise(database_, options);
  require_ours(database_);
  require_same_options(database_, options);
  database_.execute("UPDATE options SET runs = runs + 1");
  run_ = database_.number("SELECT runs FROM options");
  const std::string of_file = " FROM rows WHERE path = ? AND identity = ? AND ";
  select_.emplace(database_, "SELECT result, checksum, run" + of_file + "place = ?");
  count_.emplace(database_, "SELECT count(*)" + of_file + "place <> ?");
  next_.emplace(database_, "SELECT min(place)" + of_file + "place > ?");
  insert_.emplace(database_, "INSERT OR REPLACE INTO rows VALUES(?, ?, ?, ?, ?, ?)");
  commit();
}

ScanState::~ScanState() {
  try {
    if (open_ && database_.is_of_this_process()) finish();
  } catch (const Error&) {
    // Whoever wanted to know has called `finish`. What is lost is examined again.
  }
}

std::optional<FileResult> ScanState::find(std::string_view path, std::string_view place,
                                          const FileIdentity& identity) {
  const std::lock_guard lock(mutex_);
  select_->bind_bytes(1, path).bind(2, std::string_view(identity.text)).bind(3, place);
  std::optional<FileResult> result;
  if (select_->step()) {
    const auto bytes = select_->blob(0);
    const std::int64_t run = select_->integer(2);
    if (select_->integer(1) != checksum_of(path, place, identity.text, run, bytes))
      throw Error(ErrorCode::damaged, database_.name() + ": a row of the " + kKind.name +
                                          " does not fit its checksum; " + kKind.remedy);
    result = read_row(bytes);
    result->from_state = run != run_;
  }
  select_->rewind();
  return result;
}

std::uint64_t ScanState::rows_within(std::string_view path, const FileIdentity& identity) {
  const std::lock_guard lock(mutex_);
  count_->bind_bytes(1, path).bind(2, std::string_view(identity.text)).bind(3, kWholeFile).step();
  const auto count = static_cast<std::uint64_t>(count_->integer(0));
  count_->rewind();
  return count;
}

std::string ScanState::place_after(std::string_view path, std::string_view place,
                                   const FileIdentity& identity) {
  const std::lock_guard lock(mutex_);
  next_->bind_bytes(1, path).bind(2, std::string_view(identity.text)).bind(3, place).step();
  std::string next = next_->text(0);
  next_->rewind();
  return next;
}

void ScanState::put(std::string_view path, std::string_view place, const FileIdentity& identity,
                    const FileResult& result) {
  const std::vector<std::uint8_t> bytes = row_bytes(result);
  const std::lock_guard lock(mutex_);
  write([&] {
    if (!open_) database_.execute("BEGIN IMMEDIATE");
    open_ = true;
    insert_->bind_bytes(1, path)
        .bind(2, place)
        .bind(3, std::string_view(identity.text))
        .bind(4, run_)
        .bind(5, std::span<const std::uint8_t>(bytes))
        .bind(6, checksum_of(path, place, identity.text, run_, bytes))
        .run();
    if (std::chrono::steady_clock::now() - committed_ >= kCommitInterval) commit();
  });
}

void ScanState::finish() {
  const std::lock_guard lock(mutex_);
  write([&] {
    if (open_) commit();
  });
}

/// All that follow the first failure fail in its words.
void ScanState::write(const std::function<void()>& step) {
  if (failure_) throw Error(*failure_);
  try {
    step();
  } catch (const Error& error) {
    failure_ = error;
    throw;
  }
}

void ScanState::commit() {
  database_.execute("COMMIT");
  open_ = false;
  committed_ = std::chrono::steady_clock::now();
}

}  // namespace ectype::scan
