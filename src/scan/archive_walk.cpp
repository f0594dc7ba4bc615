#include "scan/archive_walk.hpp"

#include "image/byte_source.hpp"
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

bool begins_as_archive(int descriptor) {
  std::array<std::uint8_t, kArchiveHead> head{};
  const ssize_t count = ::pread(descriptor, head.data(), head.size(), 0);
  return count > 0 && is_archive(std::span(head).first(static_cast<std::size_t>(count)));
}

std::uint64_t size_of(int descriptor) {
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  return size > 0 ? static_cast<std::uint64_t>(size) : 0;
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
    throw Error(ErrorCode::internal,
                std::string("no memory to unpack a member of an archive: ") + std::strerror(errno));
  return file;
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
      in_memory_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

void ArchiveWalk::visit(WalkEntry&& entry) {
  if (entry.outcome) return submit_(std::move(entry));
  std::optional<ReadDescriptor> file;
  try {
    file.emplace(image::open_regular_file(std::filesystem::path(entry.path)));
  } catch (const Error&) {
    return submit_(std::move(entry));  // whoever examines it says why
  }
  if (!begins_as_archive(file->get())) return submit_(std::move(entry));
  const FileIdentity identity = FileIdentity::of(file->get());
  if (state_ != nullptr && repeat(entry.path, identity)) return;
  now_ = {entry.path, identity, 0, 0, 0, 0};
  now_.most_bytes = std::max(limits_.free_bytes, product(size_of(file->get()), limits_.max_ratio));
  ArchivePlace place;
  place.identity = identity;
  place.unpacked = unpack(file->get(), {}, 1);
  entry.place = std::make_shared<const ArchivePlace>(std::move(place));
  submit_(std::move(entry));
}

/// Submits what an earlier run found in an archive, if it got to the end of it.
bool ArchiveWalk::repeat(const std::string& path, const FileIdentity& identity) {
  const auto submit_known = [&](std::uint64_t ordinal, FileResult&& result) {
    ArchivePlace place;
    place.ordinal = ordinal;
    place.members = result.members;
    place.result = std::move(result);
    submit_({path, std::nullopt, {}, std::make_shared<const ArchivePlace>(std::move(place))});
  };
  auto archive = state_->find(path, 0, identity);
  if (!archive || archive->rows_within != state_->rows_within(path, identity)) return false;
  for (std::uint64_t ordinal = 1; ordinal <= archive->rows_within; ++ordinal) {
    auto known = state_->find(path, ordinal, identity);
    if (!known)
      throw Error(ErrorCode::damaged, options_.state.string() +
                                          ": the state of the scan lacks a row of an archive; "
                                          "remove it, and scan from the beginning");
    submit_known(ordinal, std::move(*known));
  }
  submit_known(0, std::move(*archive));
  return true;
}

UnpackedArchive ArchiveWalk::unpack(int descriptor, const std::vector<std::string>& names,
                                    unsigned depth) {
  const std::uint64_t before = now_.ordinal;
  const auto archive = make_unpacker(descriptor, workers_);
  UnpackedArchive done;
  const auto stop = [&](Outcome outcome, const std::string& reason) {
    done.outcome = outcome;
    done.rows = now_.ordinal - before;
    done.reason = files_within(done.rows);
    if (!reason.empty()) done.reason = reason + "; what follows is not seen, after " + done.reason;
    return done;
  };
  while (const auto header = archive->next()) {
    if (header->kind == MemberHeader::Kind::folder) continue;
    if (++now_.members > limits_.max_members)
      return stop(Outcome::over_limit, "more than " + std::to_string(limits_.max_members) +
                                           " files; allow more with --max-members");
    if (now_.bytes > now_.most_bytes)
      return stop(Outcome::over_limit, "unpacks to more than " + std::to_string(now_.most_bytes) +
                                           " bytes; allow more with --max-unpack-ratio");
    visit_member(*archive, *header, names, depth);
  }
  const ArchiveEnd& end = archive->end();
  if (end.damage.empty()) return stop(Outcome::unpacked, "");
  if (end.failure) return stop(*end.failure, end.damage);
  return stop(Outcome::damaged, "the archive is damaged: " + end.damage);
}

void ArchiveWalk::submit_member(ArchivePlace&& place, std::optional<Outcome> outcome,
                                std::string reason) {
  place.ordinal = ++now_.ordinal;
  place.identity = now_.identity;
  submit_({now_.path, outcome, std::move(reason),
           std::make_shared<const ArchivePlace>(std::move(place))});
}

void ArchiveWalk::visit_member(Unpacker& archive, const MemberHeader& header,
                               const std::vector<std::string>& names, unsigned depth) {
  ArchivePlace place;
  place.members = names;
  place.members.push_back(header.name);
  const std::string too_large = "larger than " + std::to_string(limits_.max_member_bytes) +
                                " bytes, in an archive; allow more with --max-member-bytes";
  if (header.kind == MemberHeader::Kind::link)
    return submit_member(std::move(place), Outcome::skipped, "link within an archive");
  if (header.kind == MemberHeader::Kind::special)
    return submit_member(std::move(place), Outcome::skipped, "special file within an archive");
  if (header.encrypted)
    return submit_member(std::move(place), Outcome::unsupported,
                         "encrypted in its archive: its content is not seen");
  if (header.size.value_or(0) > limits_.max_member_bytes)
    return submit_member(std::move(place), Outcome::over_limit, too_large);
  MemberData data;
  const auto file = unpack_member(archive, header, data);
  if (data.failure) return submit_member(std::move(place), *data.failure, data.reason);
  if (data.state == MemberData::State::too_large)
    return submit_member(std::move(place), Outcome::over_limit, too_large);
  place.file = file;
  if (!begins_as_archive(file->descriptor.get())) return submit_member(std::move(place));
  if (depth >= limits_.max_depth)
    return submit_member(std::move(place), Outcome::over_limit,
                         "an archive within " + std::to_string(depth) +
                             " others; allow more with --max-archive-depth");
  const std::vector<std::string> inner = place.members;
  place.unpacked = unpack(file->descriptor.get(), inner, depth + 1);
  submit_member(std::move(place));
}

std::shared_ptr<MemberFile> ArchiveWalk::unpack_member(Unpacker& archive,
                                                       const MemberHeader& header,
                                                       MemberData& data) {
  settle_([this] { return *in_memory_ <= kMostInMemory; });
  auto file = std::make_shared<MemberFile>(MemberFile{memory_file(limits_.max_member_bytes),
                                                      0,
                                                      header.modified_seconds,
                                                      header.modified_nanoseconds,
                                                      {},
                                                      {}});
  data = archive.write(file->descriptor.get(), limits_.max_member_bytes);
  file->bytes = data.bytes;
  if (data.state == MemberData::State::damaged)
    file->damage = "damaged in its archive: " + data.reason;
  if (::ftruncate(file->descriptor.get(), static_cast<off_t>(data.bytes)) != 0)
    throw Error(ErrorCode::internal, std::string("a file in memory: ") + std::strerror(errno));
  now_.bytes += data.bytes;
  *in_memory_ += data.bytes;
  file->memory = std::shared_ptr<void>(
      nullptr, [counter = in_memory_, bytes = data.bytes](void*) { *counter -= bytes; });
  return file;
}

}  // namespace ectype::scan
