#include "scan/examination.hpp"

#include "image/byte_source.hpp"
#include "scan/examine.hpp"
#include "scan/file_facts.hpp"
#include "scan/preview.hpp"

#include "ectype/error.hpp"

#include <filesystem>
#include <string>
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

bool is_member(const WalkEntry& entry) {
  return entry.place != nullptr && !entry.place->members.empty();
}

}  // namespace

Examination::Examination(const ScanOptions& options, ScanState* state,
                         std::shared_ptr<WorkerLane> lane, WalkEntry&& entry)
    : options_(options), state_(state), lane_(std::move(lane)), entry_(std::move(entry)) {
  if (entry_.place != nullptr && entry_.place->result) {
    done_ = *entry_.place->result;
  } else if (is_member(entry_)) {
    begin_member();
  } else if (entry_.outcome) {
    done_ = not_opened(entry_);
  } else {
    begin_path();
  }
}

Examination::~Examination() {
  if (number_) lane_->forget(*number_);
}

FileResult Examination::finish() {
  FileResult result = done_               ? std::move(*done_)
                      : is_member(entry_) ? finish_member()
                                          : finish_path();
  result.path = std::move(entry_.path);
  return result;
}

const UnpackedArchive* Examination::archive() const {
  return entry_.place != nullptr && entry_.place->unpacked ? &*entry_.place->unpacked : nullptr;
}

void Examination::begin_path() {
  try {
    file_.emplace(image::open_regular_file(std::filesystem::path(entry_.path)));
    if (archive() != nullptr || state_ != nullptr) identity_ = FileIdentity::of(file_->get());
  } catch (const Error& error) {
    set_failed(done_.emplace(), error, entry_.path);
    return;
  }
  replaced_ = archive() != nullptr && entry_.place->identity != identity_;
  if (state_ != nullptr && archive() == nullptr)
    done_ = state_->find(entry_.path, kWholeFile, identity_);
  if (!done_) begin_open(file_->get());
}

FileResult Examination::finish_path() {
  FileResult result = finish_open(nullptr);
  if (replaced_) {
    // Its members came from what was there before.
    if (result.facts) result.facts->changed = true;
    add_reason(
        result,
        "the file changed while it was unpacked: members and digests are of different bytes");
    return result;
  }
  if (state_ == nullptr) return result;
  const bool same = FileIdentity::of(descriptor_) == identity_;
  if (same && !result.host_failed) state_->put(entry_.path, kWholeFile, identity_, result);
  return result;
}

void Examination::begin_member() {
  const ArchivePlace& place = *entry_.place;
  if (state_ != nullptr)
    if (auto done = state_->find(entry_.path, place.place, place.identity);
        done && done->members == place.members &&
        (!place.unpacked || done->rows_within == place.unpacked->rows))
      done_ = std::move(done);
  if (!done_ && !entry_.outcome) begin_open(place.file->descriptor.get());
}

FileResult Examination::finish_member() {
  const ArchivePlace& place = *entry_.place;
  FileResult result = entry_.outcome ? not_opened(entry_) : finish_open(place.file.get());
  result.members = place.members;
  result.host_failed |= place.host_failed;
  if (state_ != nullptr && !result.host_failed)
    state_->put(entry_.path, place.place, place.identity, result);
  return result;
}

void Examination::begin_open(int file) {
  descriptor_ = file;
  // Before the decoder may read it: digests and picture shall be known to be of the same bytes.
  if (options_.facts) facts_ = begin_facts(file, why_no_digests_);
  bytes_ = facts_ ? facts_->size : size_of(file);
  const bool to_be_decoded = archive() == nullptr || archive()->may_be_picture;
  if (lane_ == nullptr || !to_be_decoded) return;
  number_ =
      lane_->hand_over(0, file, [this](std::uint32_t number, std::span<const std::uint8_t> answer) {
        WorkerReply reply = read_reply(answer);
        if (reply.number != number) throw Error(ErrorCode::damaged, "it is of another file");
        require_asked_for(reply.result, options_);
        decoded_ = std::move(reply.result);
      });
}

FileResult Examination::finish_open(const MemberFile* member) {
  if (facts_) add_digests(*facts_, descriptor_, options_, why_no_digests_);
  FileResult result = archive() != nullptr ? finish_archive() : decode();
  if (facts_) add_facts(result, member);
  if (member != nullptr && !member->damage.empty()) {
    if (result.outcome == Outcome::hashed || result.outcome == Outcome::low_quality)
      result.outcome = Outcome::damaged;
    add_reason(result, member->damage);
  }
  const Outcome before = result.outcome;
  conclude(result, options_);
  // What was not wholly seen stays so, whatever is known of its bytes.
  if (archive() != nullptr && archive()->outcome != Outcome::unpacked && !result.info)
    result.outcome = before;
  if (options_.previews && !result.matches.empty() && result.info) result.preview = draw();
  return result;
}

void Examination::add_facts(FileResult& result, const MemberFile* member) {
  if (facts_->digests.empty()) add_reason(result, why_no_digests_);
  facts_->changed = has_changed(descriptor_, *facts_);
  if (facts_->changed) add_reason(result, "the file changed while it was read");
  if (member != nullptr) {
    facts_->modified_seconds = member->modified_seconds.value_or(FileFacts::kNoTime);
    facts_->modified_nanoseconds = member->modified_nanoseconds;
  }
  result.facts = facts_;
}

/// What passes for an archive is decoded too where it may be a picture: nobody shall hide one so.
FileResult Examination::finish_archive() {
  FileResult result = result_of(*archive());
  if (!archive()->may_be_picture) return result;
  FileResult picture = decode();
  if (picture.outcome == Outcome::unsupported) return result;
  picture.rows_within = archive()->rows;
  picture.host_failed |= archive()->host_failed;
  add_reason(picture, also(*archive()));
  return picture;
}

FileResult Examination::decode() {
  if (lane_ == nullptr) return decode_descriptor(descriptor_, options_);
  const auto failure = lane_->wait_for(*std::exchange(number_, std::nullopt));
  if (!failure) return std::move(decoded_);
  FileResult failed;
  failed.outcome = failure->outcome;
  failed.reason = failure->reason;
  failed.host_failed = failure->host_failed;
  return failed;
}

/// None where its decoder fails.
std::optional<Preview> Examination::draw() {
  if (lane_ == nullptr) return draw_preview(descriptor_, options_.limits);
  std::optional<Preview> preview;
  const std::uint32_t number = lane_->hand_over(
      kDraw, descriptor_, [&](std::uint32_t, std::span<const std::uint8_t> answer) {
        preview = read_preview_answer(answer);
      });
  return lane_->wait_for(number) ? std::nullopt : preview;
}

}  // namespace ectype::scan
