#include "scan/worker_protocol.hpp"

#include "core/byte_stream.hpp"
#include "scan/result_bytes.hpp"
#include "scan/stopping.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ectype::scan {
namespace {

constexpr std::uint64_t kMostAlgorithms = 64;
constexpr std::size_t kMostReasonBytes = 1u << 16;
constexpr std::ptrdiff_t kLengthBytes = 4;

/// A number, and room for one descriptor beside it.
struct DescriptorMessage {
  std::array<std::uint8_t, 4> number{};
  iovec bytes{number.data(), number.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};

  DescriptorMessage() {
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  DescriptorMessage(const DescriptorMessage&) = delete;
  DescriptorMessage& operator=(const DescriptorMessage&) = delete;
};

ssize_t receive_now(int socket, std::span<std::uint8_t> out) {
  ssize_t count = 0;
  do count = ::recv(socket, out.data(), out.size(), MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  return count;
}

bool send_all(int socket, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const WorkerTask& task) {
  const ScanOptions& options = task.options;
  ByteWriter writer;
  writer.put(task.max_memory, 8);
  writer.put(static_cast<std::uint64_t>(task.parent), 8);
  writer.put_flag(task.unpack);
  writer.put(options.archives ? options.archives->max_member_bytes : 0, 8);
  writer.put(options.algorithms.size(), 4);
  for (const std::string& algorithm : options.algorithms) writer.put_text(algorithm);
  writer.put_flag(options.level.has_value());
  put_enum(writer, options.level.value_or(Level::strict));
  put_enum(writer, options.purpose);
  put_enum(writer, options.profile);
  writer.put(options.limits.max_pixels, 8);
  writer.put(options.limits.max_bytes_per_pixel, 4);
  writer.put(options.limits.max_jpeg_scans, 4);
  writer.put(options.limits.max_input_bytes, 8);
  writer.put_flag(options.thumbnails);
  put_enum(writer, options.match.level);
  writer.put(static_cast<std::uint64_t>(options.match.quality_needed()), 1);
  return std::move(writer.out);
}

WorkerTask read_task(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, "the task of a worker");
  WorkerTask task;
  ScanOptions& options = task.options;
  task.max_memory = reader.number(8);
  task.parent = static_cast<std::int64_t>(reader.number(8));
  task.unpack = reader.flag();
  options.archives.emplace().max_member_bytes = reader.number(8);
  options.algorithms.clear();
  for (std::uint64_t left = reader.number(4, kMostAlgorithms); left > 0; --left)
    options.algorithms.push_back(reader.text());
  const bool has_level = reader.flag();
  const Level level = read_enum(reader, Level::thorough);
  if (has_level) options.level = level;
  options.purpose = read_enum(reader, Purpose::store);
  options.profile = read_enum(reader, PdqProfile::fast);
  options.limits.max_pixels = reader.number(8);
  options.limits.max_bytes_per_pixel = static_cast<std::uint32_t>(reader.number(4));
  options.limits.max_jpeg_scans = static_cast<std::uint32_t>(reader.number(4));
  options.limits.max_input_bytes = reader.number(8);
  options.thumbnails = reader.flag();
  options.match.level = read_enum(reader, Level::thorough);
  options.match.min_quality = static_cast<int>(reader.number(1, 100));
  reader.require_end();
  return task;
}

std::vector<std::uint8_t> to_bytes(const WorkerHello& hello) {
  ByteWriter writer;
  writer.put_text(hello.missing);
  return std::move(writer.out);
}

WorkerHello read_hello(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, "a worker's greeting");
  WorkerHello hello{reader.text()};
  reader.require_end();
  return hello;
}

std::vector<std::uint8_t> to_bytes(const WorkerReply& reply) {
  const FileResult& result = reply.result;
  ByteWriter writer;
  writer.put(reply.number, 4);
  put_enum(writer, result.outcome);
  writer.put_text(result.reason);
  writer.put_flag(result.info.has_value());
  if (result.info) put(writer, *result.info);
  writer.put_text(result.signature.to_bytes());
  writer.put_flag(result.thumbnail.has_value());
  put_enum(writer, result.thumbnail.value_or(Thumbnail::same));
  writer.put_text(result.thumbnail_signature.to_bytes());
  return std::move(writer.out);
}

WorkerReply read_reply(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, "a worker's result");
  WorkerReply reply;
  FileResult& result = reply.result;
  reply.number = static_cast<std::uint32_t>(reader.number(4));
  result.outcome = read_enum(reader, Outcome::skipped);
  result.reason = reader.text();
  if (result.reason.size() > kMostReasonBytes) reader.fail("its reason is too long");
  if (reader.flag()) result.info = read_info(reader);
  result.signature = Signature::from_bytes(reader.bytes());
  const bool has_thumbnail = reader.flag();
  const Thumbnail thumbnail = read_enum(reader, Thumbnail::unreadable);
  if (has_thumbnail) result.thumbnail = thumbnail;
  result.thumbnail_signature = Signature::from_bytes(reader.bytes());
  reader.require_end();
  const bool has_hashes = !result.signature.hashes.empty();
  switch (result.outcome) {
    case Outcome::hashed:
      if (!has_hashes || !result.info) reader.fail("it is hashed, and has no hash");
      break;
    case Outcome::low_quality:
    case Outcome::damaged:
      if (has_hashes && !result.info) reader.fail("it has hashes of no picture");
      break;
    case Outcome::unsupported:
    case Outcome::over_limit:
    case Outcome::crashed:
    case Outcome::unreadable:
      if (has_hashes) reader.fail("it has hashes of what was not decoded");
      break;
    case Outcome::matched:
    case Outcome::timed_out:
    case Outcome::skipped:
    case Outcome::unpacked:
      reader.fail("its outcome is '" + std::string(to_string(result.outcome)) + "'");
  }
  return reply;
}

void require_asked_for(const FileResult& result, const ScanOptions& options) {
  const std::vector<std::string> of_levels{"pdq", "gradient_grid", "keypoints"};
  const std::vector<std::string>& asked = options.level ? of_levels : options.algorithms;
  for (const Signature* signature : {&result.signature, &result.thumbnail_signature}) {
    std::set<std::pair<std::string, Region>> seen;
    for (const SignatureHash& hash : signature->hashes) {
      const std::string& algorithm = hash.recipe.algorithm;
      if (std::find(asked.begin(), asked.end(), algorithm) == asked.end() ||
          !seen.insert({algorithm, hash.region}).second)
        throw Error(ErrorCode::damaged, "a hash that was not asked for");
    }
  }
  if (result.thumbnail && !options.thumbnails)
    throw Error(ErrorCode::damaged, "a thumbnail that was not asked for");
}

std::int64_t milliseconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// With the length before it; empty until that is there.
std::optional<std::size_t> MessageStream::message_size() const {
  if (ahead_.size() < kLengthBytes) return std::nullopt;
  const auto length = std::span(ahead_).first(kLengthBytes);
  return kLengthBytes + ByteReader(length, "a length").number(kLengthBytes);
}

bool MessageStream::has_message() const {
  const auto size = message_size();
  return size && ahead_.size() >= *size;
}

bool MessageStream::is_silent() const {
  std::uint8_t pending = 0;
  return ahead_.empty() && ::recv(socket_, &pending, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         errno == EAGAIN;
}

bool MessageStream::wait_until_readable(std::int64_t deadline) const {
  constexpr std::int64_t longest_look_away = 100;  // from `stop_`
  while (!is_stopping(stop_)) {
    const std::int64_t left =
        deadline < 0 ? INT32_MAX : std::max<std::int64_t>(0, deadline - milliseconds_now());
    pollfd poll_for{socket_, POLLIN, 0};
    const int ready = ::poll(&poll_for, 1, static_cast<int>(std::min(left, longest_look_away)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (left <= longest_look_away && ready == 0) return false;
  }
  return false;
}

/// What is there, or what comes first.
bool MessageStream::read_some(std::int64_t deadline) {
  std::array<std::uint8_t, 1 << 14> bytes;
  ssize_t count = receive_now(socket_, bytes);
  // What poll calls readable may be no byte of the stream (out-of-band data): no second wait.
  if (count < 0 && errno == EAGAIN && wait_until_readable(deadline))
    count = receive_now(socket_, bytes);
  if (count <= 0) return false;
  ahead_.insert(ahead_.end(), bytes.begin(), bytes.begin() + count);
  return true;
}

std::optional<std::vector<std::uint8_t>> MessageStream::next(std::int64_t deadline) {
  while (!has_message()) {
    const auto size = message_size();
    if (size && *size > kLengthBytes + kMostMessageBytes) return std::nullopt;
    if (!read_some(deadline)) return std::nullopt;
  }
  const auto end = ahead_.begin() + static_cast<std::ptrdiff_t>(*message_size());
  std::vector<std::uint8_t> message(ahead_.begin() + kLengthBytes, end);
  ahead_.erase(ahead_.begin(), end);
  return message;
}

bool send_request(int socket, WorkerRequest request) {
  DescriptorMessage message;
  std::memcpy(message.number.data(), &request.number, sizeof request.number);
  cmsghdr* const control = CMSG_FIRSTHDR(&message.header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(control), &request.descriptor, sizeof request.descriptor);
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message.header, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.number.size());
}

WorkerRequest receive_request(int socket) {
  DescriptorMessage message;
  ssize_t count = 0;
  do count = ::recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  WorkerRequest request;
  const cmsghdr* const control = count == static_cast<ssize_t>(message.number.size())
                                     ? CMSG_FIRSTHDR(&message.header)
                                     : nullptr;
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return request;
  std::memcpy(&request.number, message.number.data(), sizeof request.number);
  std::memcpy(&request.descriptor, CMSG_DATA(control), sizeof request.descriptor);
  return request;
}

bool send_message(int socket, std::span<const std::uint8_t> message) {
  ByteWriter whole;  // in one piece: the other side wakes up once
  whole.put(message.size(), 4);
  whole.out.insert(whole.out.end(), message.begin(), message.end());
  return send_all(socket, whole.out);
}

}  // namespace ectype::scan
