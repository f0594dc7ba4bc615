#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace cli {

/// Where results go: stdout, or a file that appears whole or not at all (written beside its place,
/// fsynced, renamed) and that only its owner may read, since hashes leak image content.
class Output {
 public:
  explicit Output(std::string path);  // empty or "-": stdout
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  /// To be called once all is written; without it, a file does not appear.
  void commit();
  [[nodiscard]] bool is_terminal() const;

 private:
  [[noreturn]] void fail(const std::string& what) const;

  std::string path_;       // empty: stdout
  std::string temporary_;  // not empty: to be removed
  std::FILE* file_;
};

/// A line on stderr that counts files, only where stderr is a terminal.
class Progress {
 public:
  explicit Progress(std::string verb);
  ~Progress();
  void step();
  /// Words for people, above the counting line.
  void say(const std::string& line);

 private:
  void erase() const;

  std::string verb_;
  bool shown_;
  std::uint64_t count_ = 0;
};

/// "3 files", "1 file".
std::string plural(std::uint64_t count, const std::string& noun);

}  // namespace cli
