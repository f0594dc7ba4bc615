#include "scan_progress.hpp"

#include <cstdio>
#include <utility>

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace cli {
namespace {

constexpr std::chrono::seconds kInterval{1};

/// "1.2 GB".
std::string size_text(std::uint64_t bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < std::size(units); ++unit) value /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text;
}

/// "1:02:03".
std::string duration_text(double seconds) {
  const auto whole = static_cast<unsigned long long>(seconds + 0.5);
  char text[64];
  std::snprintf(text, sizeof text, "%llu:%02llu:%02llu", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

}  // namespace

ProgressForm progress_form(const std::string& name, const Output& results) {
  if (name == "json") return ProgressForm::json;
  if (name == "none") return ProgressForm::none;
  const bool free = ::isatty(STDERR_FILENO) != 0 && !results.is_terminal();
  return free ? ProgressForm::line : ProgressForm::none;
}

ScanProgress::ScanProgress(ProgressForm form, std::vector<std::string> paths) : form_(form) {
  if (form_ == ProgressForm::none) return;
  threads_.emplace_back(
      [this, paths = std::move(paths)] { total_ = ectype::count_tree(paths, stop_counting_); });
  threads_.emplace_back([this] { tick(); });
}

ScanProgress::~ScanProgress() { stop(); }

void ScanProgress::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_counting_ = true;
  stopped_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  if (!threads_.empty() && form_ == ProgressForm::line) std::fputs("\r\x1b[K", stderr);
  threads_.clear();
}

void ScanProgress::add(const ectype::FileResult& result) {
  const std::lock_guard lock(mutex_);
  ++counts_.files;
  if (!result.members.empty()) ++counts_.members;
  if (result.facts) counts_.bytes += result.facts->size;
  if (result.outcome == ectype::Outcome::matched) ++counts_.matches;
}

void ScanProgress::finish() {
  const bool told = !threads_.empty();
  stop();
  if (told && form_ == ProgressForm::json) tell(true);
}

void ScanProgress::tick() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, kInterval, [this] { return stopping_; })) {
    lock.unlock();
    tell(false);
    lock.lock();
  }
}

double ScanProgress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::optional<double> ScanProgress::seconds_left(const Counts& now, double passed) const {
  const std::uint64_t total = total_;
  const std::uint64_t done = now.files - now.members;
  if (total < done || done == 0) return std::nullopt;
  return passed / static_cast<double>(done) * static_cast<double>(total - done);
}

void ScanProgress::tell(bool done) {
  Counts now;
  {
    const std::lock_guard lock(mutex_);
    now = counts_;
  }
  const double passed = seconds();
  const double rate = passed > 0 ? static_cast<double>(now.files) / passed : 0;
  const std::optional<double> left = done ? 0 : seconds_left(now, passed);
  if (form_ == ProgressForm::json) {
    nlohmann::ordered_json line;
    line["progress"] = done ? "done" : "scanning";
    line["files"] = now.files;
    // What archives hold is not known before they are read.
    line["total_files"] = done          ? nlohmann::ordered_json(now.files)
                          : total_ != 0 ? nlohmann::ordered_json(total_.load() + now.members)
                                        : nlohmann::ordered_json();
    line["bytes"] = now.bytes;
    line["matched"] = now.matches;
    line["seconds"] = passed;
    line["files_per_second"] = rate;
    line["seconds_left"] = left ? nlohmann::ordered_json(*left) : nlohmann::ordered_json();
    std::fprintf(stderr, "%s\n", line.dump().c_str());
    return;
  }
  std::string text = plural(now.files, "file");
  if (total_ != 0) text += " of " + std::to_string(total_.load() + now.members);
  char per_second[32];
  std::snprintf(per_second, sizeof per_second, "%.1f", rate);
  text += ", " + size_text(now.bytes) + ", " + per_second + " files/s, " +
          std::to_string(now.matches) + " matched";
  if (left) text += ", " + duration_text(*left) + " left";
  std::fprintf(stderr, "\r\x1b[Kscanning: %s ", text.c_str());
}

}  // namespace cli
