#pragma once

#include "ectype/scan.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// What a worker process and its parent tell each other. All messages are a length (32 bits,
// little-endian) and so many bytes, on a stream socket.
//   parent: a WorkerTask, once; then for each file, instead of a message, its number (32 bits) with
//           its descriptor (SCM_RIGHTS)
//   worker: its WorkerHello, once; then for each file a WorkerReply

namespace ectype::scan {

/// A message that claims more was not written by a worker in its senses.
inline constexpr std::uint32_t kMostMessageBytes = 1u << 20;

/// What a worker has to know of the options of a scan.
struct WorkerTask {
  ScanOptions options;
  std::uint64_t max_memory = 0;
  bool unpack = false;      ///< archives instead of pictures: see unpack_protocol.hpp
  std::int64_t parent = 0;  ///< process id
};

/// `missing`: what the sandbox lacks, in words.
struct WorkerHello {
  std::string missing;
};

/// `result` without path and matches.
struct WorkerReply {
  std::uint32_t number = 0;
  FileResult result;
};

[[nodiscard]] std::vector<std::uint8_t> to_bytes(const WorkerTask& task);
[[nodiscard]] WorkerTask read_task(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const WorkerHello& hello);
[[nodiscard]] WorkerHello read_hello(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const WorkerReply& reply);
/// Throws Error (damaged) for bytes that are no reply, and for a result that decoding cannot have
/// had.
[[nodiscard]] WorkerReply read_reply(std::span<const std::uint8_t> bytes);
/// Throws Error (damaged) for hashes that the options did not ask for, which a worker makes up that
/// a file has taken over: nothing else may come to see them.
void require_asked_for(const FileResult& result, const ScanOptions& options);

/// The messages that come out of a stream socket, which it reads ahead.
class MessageStream {
 public:
  /// `stop`: may be null.
  explicit MessageStream(int socket, const std::atomic<bool>* stop = nullptr)
      : socket_(socket), stop_(stop) {}

  /// The next one. Empty where the socket is closed, fails or sends no sense, at the deadline (of
  /// `milliseconds_now`; negative: none), or soon after `stop`.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> next(std::int64_t deadline);
  /// Whether `next` has what it needs, without the socket.
  [[nodiscard]] bool has_message() const;
  /// Whether nothing was sent that `next` has not given.
  [[nodiscard]] bool is_silent() const;

 private:
  [[nodiscard]] std::optional<std::size_t> message_size() const;
  bool read_some(std::int64_t deadline);

  bool wait_until_readable(std::int64_t deadline) const;

  int socket_;
  const std::atomic<bool>* stop_;
  std::vector<std::uint8_t> ahead_;
};

/// Of numbers of requests: not to examine the file, but to draw it; the answer is a Preview.
inline constexpr std::uint32_t kDraw = 1u << 31;
/// The next file for a worker, open; without a descriptor there are no more.
struct WorkerRequest {
  std::uint32_t number = 0;
  int descriptor = -1;
};
/// Never waits: false where the socket does not take it.
[[nodiscard]] bool send_request(int socket, WorkerRequest request);
[[nodiscard]] WorkerRequest receive_request(int socket);
[[nodiscard]] bool send_message(int socket, std::span<const std::uint8_t> message);
[[nodiscard]] std::int64_t milliseconds_now();

}  // namespace ectype::scan
