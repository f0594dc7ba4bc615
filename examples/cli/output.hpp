#pragma once

#include <ectype/atomic_file.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// Where results go: stdout, or a file that appears whole or not at all.
class Output {
 public:
  explicit Output(const std::string& path);  // empty or "-": stdout

  void write(std::string_view text);
  /// To be called once all is written; without it, a file does not appear.
  void commit();
  [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }

 private:
  std::optional<ectype::AtomicFile> file_;  // empty: stdout
  bool is_terminal_ = false;
};

/// To stdout, all of it or an error.
void print(const std::string& text);

/// A line on stderr that counts files, where stderr is a terminal that the results leave alone.
class Progress {
 public:
  Progress(std::string verb, const Output& results);
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
