#pragma once

#include "core/locked_files.hpp"
#include "core/own_process.hpp"

#include "ectype/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace ectype::hashset {

class Database;

/// What a database is to its users, for messages about it.
struct DatabaseKind {
  const char* name;
  const char* remedy;  ///< of a damaged one
};
inline constexpr DatabaseKind kHashSetKind{"hash set", "restore it from a copy"};

/// A prepared statement: bind, step, read columns, and it resets itself on the next `run` or
/// `rewind`. Errors are thrown as Error with the name of the file.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, std::optional<std::int64_t> value);
  Statement& bind(int position, std::span<const std::uint8_t> blob);
  Statement& bind(int position, std::string_view text);
  /// Bytes that need not be UTF-8, kept exactly.
  Statement& bind_bytes(int position, std::string_view bytes);

  bool step();  ///< true: a row is there
  void run();   ///< steps to the end and resets
  void rewind();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::string text(
      int column) const;  ///< of a TEXT or BLOB column, bytes as they are
  [[nodiscard]] std::span<const std::uint8_t> blob(int column) const;  ///< until the next step

 private:
  void check(int result) const;

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// One connection. Not thread-safe: its owner locks. In a process that was forked since, SQLite
/// must not be called with it, not even to close it
/// (https://www.sqlite.org/howtocorrupt.html, 2.6): there destructors leave it as it is.
class Database {
 public:
  /// Opens an existing file. `read_only` refuses changes, but lets an interrupted write of another
  /// process be rolled back.
  static Database open(const std::filesystem::path& path, bool read_only,
                       DatabaseKind kind = kHashSetKind);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  void execute(const std::string& sql);
  [[nodiscard]] std::int64_t number(std::string_view sql);
  [[nodiscard]] std::int64_t last_insert_id() const;
  [[nodiscard]] std::int64_t changes() const;
  /// The file's first bytes and its size as SQLite itself reads them, within a transaction.
  void read_start(std::span<std::uint8_t> bytes, std::int64_t& file_size);
  /// Whether the path still leads to the file that is open.
  [[nodiscard]] bool is_at(const std::filesystem::path& path) const { return locked_->is_at(path); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }
  [[nodiscard]] bool is_of_this_process() const noexcept { return owner_.is_this(); }
  [[nodiscard]] Error error(int result) const;

 private:
  Database(const std::filesystem::path& path, DatabaseKind kind)
      : kind_(kind), name_(path.string()), locked_(std::make_unique<LockedFile>(path)) {}

  OwnProcess owner_;
  DatabaseKind kind_;
  sqlite3* handle_ = nullptr;
  std::string name_;
  std::unique_ptr<LockedFile> locked_;
};

/// Commits on `commit()`, else rolls back. A `read` one gives a consistent view and ends by itself.
class Transaction {
 public:
  enum class Kind { write, read };
  explicit Transaction(Database& database, Kind kind = Kind::write);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace ectype::hashset
