#include "scan/examiner.hpp"

#include "core/locked_files.hpp"
#include "image/byte_source.hpp"
#include "scan/examine.hpp"
#include "scan/file_facts.hpp"
#include "scan/preview.hpp"

#include "ectype/error.hpp"

#include <filesystem>
#include <utility>

namespace ectype::scan {
namespace {

FileResult not_opened(WalkEntry& entry) {
  FileResult result;
  result.outcome = *entry.outcome;
  result.reason = std::move(entry.reason);
  return result;
}

/// The sentence that a picture is an archive as well.
std::string also(const UnpackedArchive& archive) {
  return "also an archive: " + std::string(to_string(archive.outcome)) + ": " + archive.reason;
}

FileResult result_of(const UnpackedArchive& archive) {
  FileResult result;
  result.outcome = archive.outcome;
  result.reason = archive.reason;
  result.rows_within = archive.rows;
  result.host_failed = archive.host_failed;
  return result;
}

}  // namespace

Examiner::Examiner(const ScanOptions& options, ScanState* state)
    : options_(options), state_(state) {
  if (options.isolation) workers_.emplace(options);
}

FileResult Examiner::operator()(WalkEntry&& entry) {
  const ArchivePlace* const place = entry.place.get();
  FileResult result;
  if (place != nullptr && place->result) {
    result = *place->result;
  } else if (place != nullptr && !place->members.empty()) {
    result = examine_member(entry, *place);
  } else {
    result = entry.outcome ? not_opened(entry) : examine_path(entry.path, place);
  }
  result.path = std::move(entry.path);
  return result;
}

FileResult Examiner::examine_path(const std::string& path, const ArchivePlace* archive) {
  FileResult result;
  std::optional<ReadDescriptor> file;
  FileIdentity identity;
  try {
    file.emplace(image::open_regular_file(std::filesystem::path(path)));
    if (archive != nullptr || state_ != nullptr) identity = FileIdentity::of(file->get());
  } catch (const Error& error) {
    set_failed(result, error, path);
    return result;
  }
  const UnpackedArchive* const unpacked = archive != nullptr ? &*archive->unpacked : nullptr;
  if (archive != nullptr && archive->identity != identity) {
    // Its members came from what was there before.
    result = examine_open(file->get(), unpacked, nullptr);
    if (result.facts) result.facts->changed = true;
    add_reason(
        result,
        "the file changed while it was unpacked: members and digests are of different bytes");
    return result;
  }
  if (state_ == nullptr) return examine_open(file->get(), unpacked, nullptr);
  if (unpacked == nullptr)
    if (auto done = state_->find(path, kWholeFile, identity)) return std::move(*done);
  result = examine_open(file->get(), unpacked, nullptr);
  const bool same = FileIdentity::of(file->get()) == identity;
  if (same && !result.host_failed) state_->put(path, kWholeFile, identity, result);
  return result;
}

FileResult Examiner::examine_member(WalkEntry& entry, const ArchivePlace& place) {
  if (state_ != nullptr)
    if (auto done = state_->find(entry.path, place.place, place.identity);
        done && done->members == place.members &&
        (!place.unpacked || done->rows_within == place.unpacked->rows))
      return std::move(*done);
  FileResult result =
      entry.outcome ? not_opened(entry)
                    : examine_open(place.file->descriptor.get(),
                                   place.unpacked ? &*place.unpacked : nullptr, place.file.get());
  result.members = place.members;
  result.host_failed |= place.host_failed;
  if (state_ != nullptr && !result.host_failed)
    state_->put(entry.path, place.place, place.identity, result);
  return result;
}

FileResult Examiner::examine_open(int file, const UnpackedArchive* archive,
                                  const MemberFile* member) {
  std::optional<FileFacts> facts;
  std::string why_no_digests;
  if (options_.facts) facts = read_facts(file, options_.max_digest_bytes, why_no_digests);
  FileResult result = archive != nullptr ? examine_archive(file, *archive) : decode(file);
  if (facts) {
    if (facts->digests.empty()) add_reason(result, why_no_digests);
    facts->changed = has_changed(file, *facts);
    if (facts->changed) add_reason(result, "the file changed while it was read");
    if (member != nullptr) {
      facts->modified_seconds = member->modified_seconds.value_or(FileFacts::kNoTime);
      facts->modified_nanoseconds = member->modified_nanoseconds;
    }
    result.facts = facts;
  }
  if (member != nullptr && !member->damage.empty()) {
    if (result.outcome == Outcome::hashed || result.outcome == Outcome::low_quality)
      result.outcome = Outcome::damaged;
    add_reason(result, member->damage);
  }
  const Outcome before = result.outcome;
  conclude(result, options_);
  // What was not wholly seen stays so, whatever is known of its bytes.
  if (archive != nullptr && archive->outcome != Outcome::unpacked && !result.info)
    result.outcome = before;
  if (options_.previews && !result.matches.empty() && result.info) result.preview = draw(file);
  return result;
}

std::optional<Preview> Examiner::draw(int file) {
  return workers_ ? workers_->draw(file) : draw_preview(file, options_.limits);
}

/// What passes for an archive is decoded too where it may be a picture: nobody shall hide one so.
FileResult Examiner::examine_archive(int file, const UnpackedArchive& archive) {
  FileResult result = result_of(archive);
  if (!archive.may_be_picture) return result;
  FileResult picture = decode(file);
  if (picture.outcome == Outcome::unsupported) return result;
  picture.rows_within = archive.rows;
  picture.host_failed |= archive.host_failed;
  add_reason(picture, also(archive));
  return picture;
}

FileResult Examiner::decode(int file) {
  if (workers_) return workers_->examine(file);
  return decode_descriptor(file, options_);
}

}  // namespace ectype::scan
