#include "scan/archive_walk.hpp"

#include "image/byte_source.hpp"
#include "image/sniff.hpp"
#include "scan/stopping.hpp"
#include "scan/unpacker.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace ectype::scan {
namespace {

/// Bytes of members that may wait in memory, beside the one that is unpacked.
constexpr std::uint64_t kMostInMemory = std::uint64_t{512} << 20;
/// Each is an open file.
constexpr std::uint64_t kMostWaiting = 64;
/// Deadlines of one step that all steps of a file together may take; more for a large one, at this
/// rate.
constexpr int kMostDeadlines = 60;
constexpr std::uint64_t kSlowestBytesPerSecond = 1'000'000;

struct Beginning {
  bool archive = false;
  bool picture = false;  ///< both, where somebody wants it to be taken for the other
};

Beginning look_at(int descriptor) {
  std::array<std::uint8_t, kArchiveHead> bytes{};
  const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  const auto head = std::span(bytes).first(count > 0 ? static_cast<std::size_t>(count) : 0);
  return {is_archive(head), image::sniff(head).format.has_value()};
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

/// A file in memory that cannot grow beyond that size, whoever writes to it.
ReadDescriptor memory_file(std::uint64_t size) {
  ReadDescriptor file(::memfd_create("ectype-member", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0 ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW) != 0)
    throw HostError(std::string("no file in memory to unpack it to: ") + std::strerror(errno));
  return file;
}

/// From now on nobody can change it. False where somebody still has it mapped to be written.
bool seal(int descriptor) {
  return ::fcntl(descriptor, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
}

std::string files_within(std::uint64_t rows) {
  return std::to_string(rows) + (rows == 1 ? " file within" : " files within");
}

}  // namespace

ArchiveWalk::ArchiveWalk(const ScanOptions& options, WorkerPool* workers, ScanState* state,
                         Submit submit, Settle settle)
    : options_(options),
      limits_(*options.archives),
      workers_(workers),
      state_(state),
      submit_(std::move(submit)),
      settle_(std::move(settle)),
      waiting_(std::make_shared<Waiting>()) {}

void ArchiveWalk::visit(WalkEntry&& entry) {
  if (entry.outcome) return submit_(std::move(entry));
  std::optional<ReadDescriptor> file;
  FileIdentity identity;
  try {
    file.emplace(image::open_regular_file(std::filesystem::path(entry.path)));
    identity = FileIdentity::of(file->get());
  } catch (const Error&) {
    return submit_(std::move(entry));  // whoever examines it says why
  }
  const Beginning beginning = look_at(file->get());
  if (!beginning.archive) return submit_(std::move(entry));
  if (state_ != nullptr && repeat(entry.path, identity)) return;
  begin(entry.path, identity, file->get());
  ArchivePlace place;
  place.place = kWholeFile;
  place.identity = identity;
  try {
    place.unpacked = unpack(file->get(), {{}, place.place, 1});
  } catch (const HostError& error) {
    place.unpacked = {Outcome::crashed, error.what(), now_.rows, true, true};
  }
  place.unpacked->may_be_picture |= beginning.picture;
  entry.place = std::make_shared<const ArchivePlace>(std::move(place));
  submit_(std::move(entry));
}

void ArchiveWalk::begin(const std::string& path, const FileIdentity& identity, int descriptor) {
  const std::uint64_t size = size_of(descriptor);
  now_ = {};
  now_.path = path;
  now_.identity = identity;
  now_.most_bytes = std::max(limits_.free_bytes, product(size, limits_.max_ratio));
  // Without workers there are no deadlines.
  now_.most_time = std::chrono::nanoseconds::max();
  if (workers_ != nullptr)
    now_.most_time = std::chrono::milliseconds(kMostDeadlines * workers_->deadline_ms()) +
                     std::chrono::seconds(size / kSlowestBytesPerSecond);
}

/// Submits what an earlier run found in an archive, if it got to the end of it.
bool ArchiveWalk::repeat(const std::string& path, const FileIdentity& identity) {
  const auto archive = state_->find(path, kWholeFile, identity);
  if (!archive || archive->rows_within != state_->rows_within(path, identity)) return false;
  std::string at;
  while (!(at = state_->place_after(path, at, identity)).empty()) {
    auto known = state_->find(path, at, identity);
    if (!known)
      throw Error(ErrorCode::damaged, options_.state.string() +
                                          ": the state of the scan lacks a row of an archive; "
                                          "remove it, and scan from the beginning");
    ArchivePlace place;
    place.members = known->members;
    place.result = std::move(known);
    submit_({path, std::nullopt, {}, std::make_shared<const ArchivePlace>(std::move(place))});
  }
  return true;
}

std::pair<Outcome, std::string> ArchiveWalk::exhausted() const {
  if (now_.headers > limits_.max_members)
    return {Outcome::over_limit, "more than " + std::to_string(limits_.max_members) +
                                     " entries; allow more with --max-members"};
  if (now_.bytes > now_.most_bytes)
    return {Outcome::over_limit, "unpacks to more than " + std::to_string(now_.most_bytes) +
                                     " bytes; allow more with --max-unpack-ratio"};
  if (now_.time > now_.most_time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now_.most_time);
    return {Outcome::timed_out, "took longer than " + std::to_string(seconds.count()) +
                                    " s to unpack; allow more with --timeout"};
  }
  return {Outcome::unpacked, ""};
}

template <typename Step>
auto ArchiveWalk::timed(Step step) {
  const auto start = std::chrono::steady_clock::now();
  auto result = step();
  now_.time += std::chrono::steady_clock::now() - start;
  return result;
}

UnpackedArchive ArchiveWalk::unpack(int descriptor, const Level& level) {
  const std::uint64_t before = now_.rows;
  const auto archive = make_unpacker(descriptor, workers_);
  const auto stop = [&](Outcome outcome, const std::string& reason) {
    const std::uint64_t rows = now_.rows - before;
    std::string words = files_within(rows);
    if (!reason.empty()) words = reason + "; what follows is not seen, after " + words;
    return UnpackedArchive{outcome, words, rows, archive->end().host_failed, rows == 0};
  };
  std::uint64_t index = 0;
  while (const auto header = timed([&] { return archive->next(); })) {
    throw_if_stopping(options_.stop);
    ++now_.headers;
    if (const auto [outcome, reason] = exhausted(); !reason.empty()) return stop(outcome, reason);
    ArchivePlace place;
    place.place = member_place(level.place, index++);
    if (header->kind == MemberHeader::Kind::folder && header->size.value_or(0) == 0) continue;
    place.members = level.names;
    place.members.push_back(header->name);
    visit_member(*archive, *header, std::move(place), level.depth);
  }
  const ArchiveEnd& end = archive->end();
  if (end.damage.empty()) return stop(Outcome::unpacked, "");
  if (end.failure) return stop(*end.failure, end.damage);
  return stop(Outcome::damaged, "the archive is damaged: " + end.damage);
}

void ArchiveWalk::submit_member(ArchivePlace&& place, std::optional<Outcome> outcome,
                                std::string reason) {
  ++now_.rows;
  place.identity = now_.identity;
  submit_({now_.path, outcome, std::move(reason),
           std::make_shared<const ArchivePlace>(std::move(place))});
}

void ArchiveWalk::visit_member(Unpacker& archive, const MemberHeader& header, ArchivePlace&& place,
                               unsigned depth) {
  if (header.kind == MemberHeader::Kind::link)
    return submit_member(std::move(place), Outcome::skipped, "link within an archive");
  if (header.kind == MemberHeader::Kind::special)
    return submit_member(std::move(place), Outcome::skipped, "special file within an archive");
  if (header.kind == MemberHeader::Kind::folder)
    return submit_member(std::move(place), Outcome::unsupported,
                         "a folder that has " + std::to_string(header.size.value_or(0)) +
                             " bytes of its own in the archive, which are not seen");
  if (header.encrypted)
    return submit_member(std::move(place), Outcome::unsupported,
                         "encrypted in its archive: its content is not seen");
  ArchivePlace failed = place;
  try {
    visit_content(archive, header, std::move(place), depth);
  } catch (const HostError& error) {
    failed.host_failed = true;
    submit_member(std::move(failed), Outcome::crashed, error.what());
  }
}

void ArchiveWalk::visit_content(Unpacker& archive, const MemberHeader& header, ArchivePlace&& place,
                                unsigned depth) {
  MemberData data;
  const auto file = unpack_member(archive, header, data);
  if (data.failure) {
    place.host_failed = archive.end().host_failed;
    return submit_member(std::move(place), *data.failure, data.reason);
  }
  if (data.state == MemberData::State::too_large)
    return submit_member(std::move(place), Outcome::over_limit,
                         "larger than " + std::to_string(limits_.max_member_bytes) +
                             " bytes, in an archive; allow more with --max-member-bytes");
  place.file = file;
  const Beginning beginning = look_at(file->descriptor.get());
  if (beginning.archive && depth < limits_.max_depth)
    place.unpacked = unpack(file->descriptor.get(), {place.members, place.place, depth + 1});
  else if (beginning.archive)
    place.unpacked = {Outcome::over_limit,
                      "an archive within " + std::to_string(depth) +
                          " others; allow more with --max-archive-depth",
                      0, false, false};
  if (place.unpacked) place.unpacked->may_be_picture |= beginning.picture;
  submit_member(std::move(place));
}

/// Throws HostError where this machine lacks what it takes.
std::shared_ptr<MemberFile> ArchiveWalk::unpack_member(Unpacker& archive,
                                                       const MemberHeader& header,
                                                       MemberData& data) {
  settle_([this] { return waiting_->bytes <= kMostInMemory && waiting_->files < kMostWaiting; });
  auto file = std::make_shared<MemberFile>(MemberFile{memory_file(limits_.max_member_bytes),
                                                      header.modified_seconds,
                                                      header.modified_nanoseconds,
                                                      {},
                                                      {}});
  const int descriptor = file->descriptor.get();
  data = timed([&] { return archive.write(descriptor, limits_.max_member_bytes); });
  if (data.state == MemberData::State::damaged)
    file->damage = "damaged in its archive: " + data.reason;
  if (::ftruncate(descriptor, static_cast<off_t>(data.bytes)) != 0)
    throw HostError(std::string("the file in memory cannot be cut: ") + std::strerror(errno));
  if (!seal(descriptor)) {
    data.failure = Outcome::crashed;
    data.reason = "what unpacked it keeps hold of its content";
  }
  now_.bytes += data.state == MemberData::State::too_large ? limits_.max_member_bytes : data.bytes;
  waiting_->bytes += data.bytes;
  ++waiting_->files;
  file->memory = std::shared_ptr<void>(nullptr, [waiting = waiting_, bytes = data.bytes](void*) {
    waiting->bytes -= bytes;
    --waiting->files;
  });
  return file;
}

}  // namespace ectype::scan
