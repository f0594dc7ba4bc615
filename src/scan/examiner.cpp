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

FileResult result_of(const UnpackedArchive& archive) {
  FileResult result;
  result.outcome = archive.outcome;
  result.reason = archive.reason;
  result.rows_within = archive.rows;
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
  try {
    file.emplace(image::open_regular_file(std::filesystem::path(path)));
  } catch (const Error& error) {
    set_failed(result, error, path);
    return result;
  }
  const UnpackedArchive* const unpacked = archive != nullptr ? &*archive->unpacked : nullptr;
  if (state_ == nullptr) return examine_open(file->get(), unpacked, nullptr);
  const auto identity = archive != nullptr ? archive->identity : FileIdentity::of(file->get());
  if (unpacked == nullptr)
    if (auto done = state_->find(path, 0, identity)) return std::move(*done);
  result = examine_open(file->get(), unpacked, nullptr);
  if (FileIdentity::of(file->get()) == identity) state_->put(path, 0, identity, result);
  return result;
}

FileResult Examiner::examine_member(WalkEntry& entry, const ArchivePlace& place) {
  if (state_ != nullptr)
    if (auto done = state_->find(entry.path, place.ordinal, place.identity))
      return std::move(*done);
  FileResult result =
      entry.outcome ? not_opened(entry)
                    : examine_open(place.file->descriptor.get(),
                                   place.unpacked ? &*place.unpacked : nullptr, place.file.get());
  result.members = place.members;
  if (state_ != nullptr) state_->put(entry.path, place.ordinal, place.identity, result);
  return result;
}

FileResult Examiner::examine_open(int file, const UnpackedArchive* archive,
                                  const MemberFile* member) {
  std::optional<FileFacts> facts;
  std::string why_no_digests;
  if (options_.facts) facts = read_facts(file, options_.max_digest_bytes, why_no_digests);
  FileResult result = archive != nullptr ? result_of(*archive) : decode(file);
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
  conclude(result, options_);
  if (options_.previews && !result.matches.empty() && result.info) result.preview = draw(file);
  return result;
}

std::optional<Preview> Examiner::draw(int file) {
  return workers_ ? workers_->draw(file) : draw_preview(file, options_.limits);
}

FileResult Examiner::decode(int file) {
  if (workers_) return workers_->examine(file);
  return decode_descriptor(file, options_);
}

}  // namespace ectype::scan
