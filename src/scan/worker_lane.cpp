#include "scan/worker_lane.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

namespace ectype::scan {
namespace {

using namespace std::chrono_literals;

/// So many files are left to a worker that is not watched for a while: it shall not run out of them
/// where they take less time than those before.
constexpr unsigned kLeftToWorker = 5;
constexpr std::chrono::steady_clock::duration kShortestNap = 200us;
constexpr std::chrono::steady_clock::duration kLongestNap = 8ms;

}  // namespace

WorkerLane::Pace::Clock::duration WorkerLane::Pace::measure() {
  const Clock::time_point now = Clock::now();
  if (answers_ > 0) of_one_ = (of_one_ + (now - since_) / answers_) / 2;
  since_ = now;
  answers_ = 0;
  return of_one_;
}

std::uint32_t WorkerLane::hand_over(std::uint32_t flags, int descriptor, Read read) {
  const std::uint32_t number = next_number_++ & ~kDraw;
  InHand& file = in_hand_.emplace_back();
  file.number = number;
  file.flags = flags;
  file.descriptor = descriptor;
  file.read = std::move(read);
  try {
    send();
  } catch (...) {
    forget(number);
    throw;
  }
  return number;
}

std::optional<WorkerLane::Failure> WorkerLane::wait_for(std::uint32_t number) {
  while (!find(number)->done) {
    try {
      send();
      receive();
    } catch (...) {
      forget(number);
      throw;
    }
    std::erase_if(in_hand_, [](const InHand& file) { return file.done && file.forgotten; });
  }
  std::optional<Failure> failure = std::move(find(number)->failure);
  std::erase_if(in_hand_, [=](const InHand& file) { return file.number == number; });
  return failure;
}

void WorkerLane::forget(std::uint32_t number) {
  for (InHand& file : in_hand_)
    if (file.number == number) {
      file.forgotten = true;
      file.done |= !file.sent;
    }
  std::erase_if(in_hand_, [](const InHand& each) { return each.done && each.forgotten; });
}

WorkerLane::InHand* WorkerLane::find(std::uint32_t number) {
  return &*std::find_if(in_hand_.begin(), in_hand_.end(),
                        [=](const InHand& file) { return file.number == number; });
}

WorkerLane::InHand* WorkerLane::first_not_done() {
  const auto first =
      std::find_if(in_hand_.begin(), in_hand_.end(), [](const InHand& file) { return !file.done; });
  return first != in_hand_.end() ? &*first : nullptr;
}

unsigned WorkerLane::sent_and_not_done() const {
  return static_cast<unsigned>(
      std::count_if(in_hand_.begin(), in_hand_.end(),
                    [](const InHand& file) { return file.sent && !file.done; }));
}

/// All that can be sent now, in their order.
void WorkerLane::send() {
  for (InHand& file : in_hand_) {
    if (file.done) continue;
    if (!file.sent && !send(file)) return;
    if (file.failed_once && !file.done) return;  // it is to be alone
  }
}

/// False where it has to wait until others are done.
bool WorkerLane::send(InHand& file) {
  const bool used_up = files_of_worker_ >= pool_.files_per_worker();
  if (sent_and_not_done() > 0) {
    if (!file.failed_once && !used_up) give(file);  // who waits for the first finds out why not
    return file.sent;
  }
  if (used_up) worker_.reset();
  std::string why = "it ended at once";
  // A worker that has ended since its last file, or says what nobody asked for and what would be
  // taken for the answer, is no fault of this file.
  for (int attempt = 1; attempt <= 2 && !file.sent; ++attempt) {
    if (!worker_) start(why);
    if (!worker_) break;
    if (worker_->is_silent()) give(file);
    if (!file.sent) worker_.reset();
  }
  if (!file.sent) {
    file.failure = {{Outcome::crashed, "no worker could be started to decode it: " + why}, true};
    file.done = true;
  }
  return true;
}

void WorkerLane::start(std::string& why) {
  worker_ = pool_.start(why);
  files_of_worker_ = 0;
}

void WorkerLane::give(InHand& file) {
  file.sent = worker_->hand_over(file.number | file.flags, file.descriptor);
  if (file.sent) ++files_of_worker_;
}

/// While the worker has several small files, this thread sleeps until it can take some answers at
/// once: each that it waited for would wake it, which costs a small file's worker and core a part
/// of the time that decoding takes.
void WorkerLane::nap() {
  const unsigned in_hand = sent_and_not_done();
  if (in_hand <= kLeftToWorker || worker_->has_answered()) return;
  const auto length = std::min(kLongestNap, pace_.measure() * (in_hand - kLeftToWorker));
  if (length >= kShortestNap) std::this_thread::sleep_for(length);
}

/// The answer for the first file that waits for one.
void WorkerLane::receive() {
  InHand* const first = first_not_done();
  if (first == nullptr || !first->sent) return;
  nap();
  const auto answer = worker_->receive(pool_.deadline_ms());
  if (!answer) return fail(*first, worker_->end());
  try {
    if (!first->forgotten) first->read(first->number, *answer);
  } catch (const std::exception& error) {
    worker_->give_up(error.what());
    return fail(*first, worker_->failure());
  }
  first->done = true;
  pace_.count();
}

/// Its worker is gone, and what else that had in hand has to be sent again.
void WorkerLane::fail(InHand& file, WorkerProcess::Failure how) {
  worker_.reset();
  if (file.failed_once || file.forgotten) {
    file.failure = {{how.outcome, std::move(how.reason) + ", twice"}, false};
    file.done = true;
  }
  file.failed_once = true;
  for (InHand& other : in_hand_) {
    other.done |= other.forgotten;
    other.sent &= other.done;
  }
}

}  // namespace ectype::scan
