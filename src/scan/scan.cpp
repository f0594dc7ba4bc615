#include "ectype/scan.hpp"

#include "core/locked_files.hpp"
#include "image/byte_source.hpp"
#include "scan/archive_walk.hpp"
#include "scan/describe.hpp"
#include "scan/examine.hpp"
#include "scan/examiner.hpp"
#include "scan/file_facts.hpp"
#include "scan/ordered_pool.hpp"
#include "scan/scan_state.hpp"
#include "scan/walk.hpp"

#include "ectype/algorithms.hpp"
#include "ectype/error.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <sys/resource.h>

namespace ectype {
namespace {

void require_algorithms(const ScanOptions& options) {
  if (options.algorithms.empty())
    throw Error(ErrorCode::invalid_argument, "no algorithm to hash pictures with");
  for (const std::string& name : options.algorithms) static_cast<void>(find_algorithm(name));
}

unsigned thread_count(const ScanOptions& options) {
  constexpr unsigned most = 256;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  return std::min(most, options.threads != 0 ? options.threads : cores);
}

/// How many files each thread may have open for its worker.
std::size_t most_begun(const ScanOptions& options) {
  if (!options.isolation) return 1;
  constexpr rlim_t wanted = 16;
  constexpr rlim_t least = 1;
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return least;
  return std::clamp(descriptors.rlim_cur / 4 / thread_count(options), least, wanted);
}

}  // namespace

FileResult examine(const std::function<Image()>& open, const ScanOptions& options) {
  require_algorithms(options);
  FileResult result = scan::decode_and_hash(open, {}, options);
  scan::conclude(result, options);
  return result;
}

FileResult examine_file(const std::string& path, const ScanOptions& options) {
  require_algorithms(options);
  scan::Examiner examiner(options, 1);
  return examiner.hand()({path, std::nullopt, {}, nullptr}).finish();
}

std::vector<FileResult> examine_files(std::span<const std::string> paths,
                                      const ScanOptions& options) {
  require_algorithms(options);
  scan::Examiner examiner(options, std::min<std::size_t>(thread_count(options), paths.size()));
  std::vector<FileResult> results;
  results.reserve(paths.size());
  scan::OrderedPool pool(
      thread_count(options), [&] { return examiner.hand(); },
      [&](FileResult&& result) { results.push_back(std::move(result)); }, most_begun(options),
      options.stop);
  for (const std::string& path : paths) pool.submit({path, std::nullopt, {}, nullptr});
  pool.finish();
  return results;
}

FileDigests digest_file(const std::filesystem::path& path) {
  const ReadDescriptor file = image::open_regular_file(path);
  std::string why;
  const FileDigests digests = scan::digests_of(file.get(), why);
  if (digests.empty()) throw Error(ErrorCode::unreadable, path.string() + ": " + why);
  return digests;
}

std::uint64_t count_tree(std::span<const std::string> paths, const std::atomic<bool>& stop) {
  std::uint64_t count = 0;
  try {
    scan::walk(
        paths, [&](const scan::WalkEntry&) { ++count; }, &stop);
  } catch (const Error&) {
    return 0;
  }
  return count;
}

void examine_tree(std::span<const std::string> paths, const ScanOptions& options,
                  const std::function<void(FileResult&&)>& row) {
  require_algorithms(options);
  std::optional<scan::ScanState> state;
  if (!options.state.empty()) {
    scan::require_outside(options.state, paths);
    state.emplace(options.state, scan::state_options(options));
  }
  scan::ScanState* const kept = state ? &*state : nullptr;
  scan::Examiner examiner(options, thread_count(options), kept);
  scan::OrderedPool pool(
      thread_count(options), [&] { return examiner.hand(); }, row, most_begun(options),
      options.stop);
  const auto submit = [&](scan::WalkEntry&& entry) { pool.submit(std::move(entry)); };
  std::optional<scan::ArchiveWalk> archives;
  if (options.archives)
    archives.emplace(options, examiner.workers(), kept, submit,
                     [&](const std::function<bool()>& enough) { pool.settle(enough); });
  scan::walk(
      paths,
      [&](scan::WalkEntry entry) {
        archives ? archives->visit(std::move(entry)) : submit(std::move(entry));
      },
      options.stop);
  pool.finish();
  if (state) state->finish();
}

}  // namespace ectype
