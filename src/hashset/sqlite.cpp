#include "hashset/sqlite.hpp"

#include <utility>

#include <sqlite3.h>

namespace ectype::hashset {
namespace {

constexpr int kBusyMilliseconds = 10'000;

}  // namespace

Database Database::open(const std::filesystem::path& path, bool read_only, DatabaseKind kind) {
  // Read-write for readers too, where it may be: only so can SQLite roll back what an interrupted
  // writer left. Where the system allows no more, SQLite itself opens read-only.
  Database database(path, kind);
  // "file:" and ":memory:" at the start of a name mean something to SQLite.
  const std::filesystem::path plain = path.is_absolute() ? path : "." / path;
  const int result = sqlite3_open_v2(plain.c_str(), &database.handle_,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  sqlite3* const handle = database.handle_;
  if (result != SQLITE_OK) throw database.error(result);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  if (read_only) database.execute("PRAGMA query_only = ON");
  // A long transaction must not lock readers out before it is committed.
  database.execute("PRAGMA cache_spill = OFF");
  return database;
}

Database::Database(Database&& other) noexcept
    : owner_(other.owner_),
      kind_(other.kind_),
      handle_(std::exchange(other.handle_, nullptr)),
      name_(std::move(other.name_)),
      locked_(std::move(other.locked_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(kind_, other.kind_);
  std::swap(handle_, other.handle_);
  std::swap(name_, other.name_);
  std::swap(locked_, other.locked_);
  return *this;
}

Database::~Database() {
  if (is_of_this_process()) sqlite3_close_v2(handle_);
}

Error Database::error(int result) const {
  const std::string what = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(result);
  const std::string kind = kind_.name;
  if (result == SQLITE_READONLY_ROLLBACK || result == SQLITE_READONLY_RECOVERY)
    return {ErrorCode::storage, name_ + ": a write to the " + kind +
                                    " was interrupted and must be rolled back, but the file cannot "
                                    "be written; copy it together with its -journal file to where "
                                    "it can"};
  switch (result & 0xFF) {
    case SQLITE_NOTADB:
      return {ErrorCode::unsupported, name_ + ": is not an ectype " + kind + " (" + what + ")"};
    case SQLITE_CORRUPT:
      return {ErrorCode::damaged,
              name_ + ": the " + kind + " is damaged (" + what + "); " + kind_.remedy};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::storage,
              name_ + ": another process is writing to the " + kind + "; try again later"};
    case SQLITE_FULL:
      return {ErrorCode::storage, name_ + ": the " + kind + " cannot be written (" + what +
                                      "); make room on its disk, and do it again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::storage, name_ + ": the " + kind + " cannot be written (" + what +
                                      "); check the permissions of the file and its folder"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::unreadable, name_ + ": the " + kind + " cannot be opened (" + what + ")"};
    case SQLITE_IOERR:
      return {ErrorCode::storage, name_ + ": the " + kind + " cannot be read or written (" + what +
                                      "); check its disk and the room on it, and do it again"};
    default:
      return {ErrorCode::storage, name_ + ": " + what};
  }
}

void Database::execute(const std::string& sql) {
  const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw error(result);
}

std::int64_t Database::number(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes(handle_); }

void Database::read_start(std::span<std::uint8_t> bytes, std::int64_t& file_size) {
  sqlite3_file* file = nullptr;
  int result = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (result == SQLITE_OK)
    result = file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0);
  // What a short file lacks was filled with zeros.
  if (result == SQLITE_OK || result == SQLITE_IOERR_SHORT_READ) {
    sqlite3_int64 size = 0;
    result = file->pMethods->xFileSize(file, &size);
    file_size = size;
  }
  if (result != SQLITE_OK) throw error(result);
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  check(sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement_,
                           nullptr));
}

Statement::~Statement() {
  if (database_.is_of_this_process()) sqlite3_finalize(statement_);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) throw database_.error(result);
}

Statement& Statement::bind(int position, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, position, value));
  return *this;
}

Statement& Statement::bind(int position, std::optional<std::int64_t> value) {
  if (value) return bind(position, *value);
  check(sqlite3_bind_null(statement_, position));
  return *this;
}

Statement& Statement::bind(int position, std::span<const std::uint8_t> blob) {
  check(sqlite3_bind_blob64(statement_, position,
                            blob.empty() ? "" : static_cast<const void*>(blob.data()), blob.size(),
                            SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(int position, std::string_view text) {
  check(sqlite3_bind_text64(statement_, position, text.empty() ? "" : text.data(), text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_bytes(int position, std::string_view bytes) {
  return bind(position,
              std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  throw database_.error(result);
}

void Statement::run() {
  while (step()) {
  }
  rewind();
}

// A failed step reports its error again on reset; it was thrown already.
void Statement::rewind() { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Statement::text(int column) const {
  const std::span<const std::uint8_t> bytes = blob(column);
  return {bytes.begin(), bytes.end()};
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  database_.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // Fails only where SQLite has rolled back already.
  if (open_ && database_.is_of_this_process())
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace ectype::hashset
