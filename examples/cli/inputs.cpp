#include "inputs.hpp"

#include <ectype/error.hpp>
#include <ectype/text.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <iterator>
#include <memory>

namespace cli {
namespace {

std::string read_all(const std::string& path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             std::fclose);
  std::string text;
  std::array<char, 1 << 16> chunk;
  while (const std::size_t count = file ? std::fread(chunk.data(), 1, chunk.size(), file.get()) : 0)
    text.append(chunk.data(), count);
  if (!file || std::ferror(file.get()) != 0)
    throw ectype::Error(ectype::ErrorCode::unreadable,
                        path + ": the list of files cannot be read: " + std::strerror(errno));
  return text;
}

std::vector<std::string> split(const std::string& text, char end) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find(end, at), text.size());
    if (stop > at) lines.push_back(text.substr(at, stop - at));
    at = stop + 1;
  }
  return lines;
}

/// Of a list with CRLF, where every line has one; a lone name may well end in CR.
void strip_carriage_returns(std::vector<std::string>& lines) {
  const bool all = std::all_of(lines.begin(), lines.end(),
                               [](const std::string& line) { return line.back() == '\r'; });
  for (std::string& line : lines)
    if (all) line.pop_back();
  lines.erase(std::remove(lines.begin(), lines.end(), ""), lines.end());
}

}  // namespace

void Inputs::add_to(CLI::App& command) {
  command.add_option("PATH", paths, "Files, and folders to be walked");
  command.add_option("--files-from", files_from, "Also the paths in FILE, one a line; - for stdin");
  command.add_flag("-0,--null", null_separated, "Paths in --files-from end with a zero byte");
  command.add_option("-j,--threads", options.threads, "Threads; 0 for one a core")
      ->check(CLI::Range(0, 256))
      ->default_val(0);
  command.add_option("--profile", profile, "exact, or fast (within 2 bits)")
      ->check(CLI::IsMember({"exact", "fast"}))
      ->capture_default_str();
  command.add_option("--max-pixels", options.limits.max_pixels, "Refuse larger pictures")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32))
      ->capture_default_str();
  command
      .add_option("--max-bytes-per-pixel", options.limits.max_bytes_per_pixel,
                  "Refuse pictures of more bytes a pixel, all channels together")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command
      .add_option("--max-jpeg-scans", options.limits.max_jpeg_scans,
                  "Refuse progressive JPEG of more scans")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--max-input-bytes", options.limits.max_input_bytes,
                  "Refuse larger files where the codec needs all of a file in memory")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  CLI::Option* in_process = command.add_flag("--no-isolate", no_isolate,
                                             "Decode in this process, for debugging: a file "
                                             "that ends its decoder then ends all");
  command
      .add_option("--timeout", timeout,
                  "Seconds that one file may take to decode, each time it is "
                  "tried (twice)")
      ->check(CLI::Range(0.001, 86400.0))
      ->excludes(in_process)
      ->capture_default_str();
  command
      .add_option(
          "--files-per-worker", isolation.files_per_worker,
          "Files that one decoder process takes; of 1, no file meets what another did to it")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes(in_process)
      ->capture_default_str();
  command
      .add_option("--worker-memory", isolation.max_memory, "Bytes of address space of a decoder")
      ->transform(CLI::AsSizeValue(false))
      ->excludes(in_process)
      ->default_str("4GiB");
}

std::vector<std::string> Inputs::all_paths() const {
  std::vector<std::string> all = paths;
  if (!files_from.empty()) {
    const std::string text = read_all(files_from);
    std::vector<std::string> listed =
        null_separated ? split(text, '\0') : split(ectype::to_utf8(text), '\n');
    if (!null_separated) strip_carriage_returns(listed);
    all.insert(all.end(), listed.begin(), listed.end());
  } else if (paths.empty()) {
    throw ectype::Error(ectype::ErrorCode::invalid_argument,
                        "no files given; name files or folders, or use --files-from");
  }
  return all;
}

ectype::ScanOptions Inputs::scan_options() const {
  ectype::ScanOptions result = options;
  if (!no_isolate) {
    result.isolation = isolation;
    result.isolation->on_missing = [](const std::string& missing) {
      std::fprintf(stderr, "ectype: decoders are isolated without %s\n", missing.c_str());
    };
    result.isolation->deadline =
        std::chrono::milliseconds(static_cast<std::int64_t>(1000 * timeout + 0.5));
  }
  result.profile = profile == "fast" ? ectype::PdqProfile::fast : ectype::PdqProfile::exact;
  return result;
}

void Tally::add(const ectype::FileResult& result) {
  ++files_;
  ++counts_[result.outcome];
  if (!result.examined()) ++not_examined_;
  if (result.from_state) ++from_state_;
}

std::uint64_t Tally::count(ectype::Outcome outcome) const {
  const auto found = counts_.find(outcome);
  return found == counts_.end() ? 0 : found->second;
}

std::string Tally::summary() const {
  std::string text = plural(files_, "file");
  const char* separator = ": ";
  for (const auto& [outcome, count] : counts_) {
    text += separator + std::to_string(count) + " " + std::string(to_string(outcome));
    separator = ", ";
  }
  return text;
}

}  // namespace cli
