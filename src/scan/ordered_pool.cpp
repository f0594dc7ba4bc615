#include "scan/ordered_pool.hpp"

#include "scan/stopping.hpp"

#include "ectype/error.hpp"

#include <chrono>
#include <exception>
#include <string>

namespace ectype::scan {
namespace {

/// Entries that nobody has begun with, a thread.
constexpr std::size_t kQueuedPerThread = 64;
/// What may lie finished behind a slow file: minutes of the work of two cores.
constexpr std::size_t kMostUndelivered = std::size_t{1} << 15;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;
/// The submitting thread is not woken for a result while more than half of what may be queued
/// waits; it looks for results so often by itself.
constexpr std::chrono::milliseconds kPatience{50};
/// A thread begins with a third entry, and more, while they are no more than so many bytes: what it
/// has begun with no other thread can take, should they turn out to be slow.
constexpr std::uint64_t kMostBegunBytes = std::uint64_t{1} << 20;

std::size_t bytes_of(const Signature& signature) {
  std::size_t bytes = 0;
  for (const SignatureHash& hash : signature.hashes) {
    bytes += sizeof hash;
    for (const HashValue& variant : hash.variants) {
      bytes += sizeof variant + variant.kind().bytes;
      if (const auto* keypoints = variant.get_if<KeypointSignature>())
        bytes += keypoints->keypoints.size() * sizeof(Keypoint);
    }
  }
  return bytes;
}

/// What a result takes in memory, about.
std::size_t bytes_of(const FileResult& result) {
  constexpr std::size_t a_match = 1024;
  std::size_t bytes = sizeof result + result.path.size() + result.reason.size();
  for (const std::string& member : result.members) bytes += sizeof member + member.size();
  bytes += bytes_of(result.signature) + bytes_of(result.thumbnail_signature);
  if (result.preview) bytes += result.preview->gray.size();
  return bytes + a_match * result.matches.size();
}

}  // namespace

OrderedPool::OrderedPool(unsigned threads, const std::function<Begin()>& hand, Sink sink,
                         std::size_t most_begun, const std::atomic<bool>* stop)
    : sink_(std::move(sink)), most_begun_(most_begun), stop_(stop) {
  threads_.reserve(threads);
  try {
    for (unsigned i = 0; i < threads; ++i)
      threads_.emplace_back([this, begin = hand()] { run(begin); });
  } catch (const std::exception& error) {
    // The system gives no more: fewer do, none does not.
    if (threads_.empty())
      throw Error(ErrorCode::internal, std::string("no thread can be started: ") + error.what());
  }
  most_queued_ = threads_.size() * kQueuedPerThread;
  const std::lock_guard lock(mutex_);
  others_ = threads_.size() - 1;
}

OrderedPool::~OrderedPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void OrderedPool::run(const Begin& begin) {
  Tasks begun;
  while (true) {
    const std::shared_ptr<Task> task = next(begun);
    if (is_stopping()) return;  // what is begun is for nobody
    if (task) {
      try {
        task->begun = begin(std::move(task->entry));
      } catch (...) {
        task->error = std::current_exception();
      }
      begun.push_back(task);
    }
    if (task && may_begin_another(begun)) continue;
    complete(*begun.front());
    begun.pop_front();
  }
}

bool OrderedPool::may_begin_another(const Tasks& begun) const {
  if (begun.empty()) return true;
  if (begun.size() >= most_begun_) return false;
  std::uint64_t bytes = 0;
  for (const auto& task : begun) bytes += task->begun.bytes;
  return begun.size() == 1 || bytes < kMostBegunBytes;
}

/// Null where each of the others could not have as many as this thread has begun: at the end they
/// shall all have something to do. Waits where nothing is begun.
std::shared_ptr<OrderedPool::Task> OrderedPool::next(const Tasks& begun) {
  if (!may_begin_another(begun)) return nullptr;
  std::unique_lock lock(mutex_);
  if (begun.empty()) {
    has_work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  } else if (waiting_.size() <= others_ * begun.size()) {
    return nullptr;
  }
  if (stopping_) return nullptr;
  std::shared_ptr<Task> task = std::move(waiting_.front());
  waiting_.pop_front();
  return task;
}

bool OrderedPool::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void OrderedPool::complete(Task& task) {
  try {
    if (!task.error) task.result = task.begun.finish();
    task.bytes = bytes_of(task.result);
  } catch (...) {
    task.error = std::current_exception();
  }
  task.begun.finish = nullptr;  // and what it holds open
  task.entry = {};
  const std::lock_guard lock(mutex_);
  task.done = true;
  finished_bytes_ += task.bytes;
  ++finished_;
  if (waiting_.size() <= most_queued_ / 2) has_result_.notify_one();
}

void OrderedPool::deliver_first() {
  const std::shared_ptr<Task> task = in_order_.front();
  {
    std::unique_lock lock(mutex_);
    while (!task->done) {
      throw_if_stopping(stop_);
      has_result_.wait_for(lock, kPatience);
    }
    finished_bytes_ -= task->bytes;
  }
  in_order_.pop_front();
  if (task->error) std::rethrow_exception(task->error);
  sink_(std::move(task->result));
}

OrderedPool::Progress OrderedPool::progress() {
  const std::lock_guard lock(mutex_);
  return {finished_, waiting_.size(), finished_bytes_,
          !in_order_.empty() && in_order_.front()->done};
}

void OrderedPool::wait_beyond(std::uint64_t finished) {
  std::unique_lock lock(mutex_);
  has_result_.wait_for(lock, kPatience,
                       [&] { return finished_ > finished && waiting_.size() <= most_queued_ / 2; });
}

void OrderedPool::settle(const std::function<bool()>& enough) {
  while (!in_order_.empty()) {
    throw_if_stopping(stop_);
    const Progress now = progress();  // before `enough`, which what finishes meanwhile may change
    if (now.first_is_done) {
      deliver_first();
    } else if (enough()) {
      return;
    } else {
      wait_beyond(now.finished);
    }
  }
}

void OrderedPool::submit(WalkEntry entry) {
  throw_if_stopping(stop_);  // before it is begun: what was interrupted is no entry
  auto task = std::make_shared<Task>();
  task->entry = std::move(entry);
  in_order_.push_back(task);
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
  }
  has_work_.notify_one();
  settle([this] {
    const Progress now = progress();
    if (in_order_.size() > kMostUndelivered || now.finished_bytes > kMostBytes) return false;
    return now.queued <= most_queued_;
  });
}

void OrderedPool::finish() {
  while (!in_order_.empty()) deliver_first();
}

}  // namespace ectype::scan
