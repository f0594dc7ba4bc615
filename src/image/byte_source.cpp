#include "image/byte_source.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ectype::image {
namespace {

Error system_error(const std::string& name, const std::string& what) {
  const int number = errno;
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::unreadable;
  return {code, name + ": " + what + ": " + std::strerror(number)};
}

[[noreturn]] void throw_folder(const std::string& name) {
  throw Error(ErrorCode::unreadable, name + ": is a folder, not a file");
}

[[noreturn]] void throw_too_large(const std::string& name, std::uint64_t size,
                                  std::uint64_t limit) {
  throw Error(ErrorCode::over_limit,
              name + ": " + std::to_string(size) + " bytes are more than the limit of " +
                  std::to_string(limit) +
                  "; raise it with --max-input-bytes (Limits::max_input_bytes)");
}

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::span<const std::uint8_t> bytes)
      : ByteSource(std::move(name)), bytes_(bytes) {}
  MemorySource(std::string name, std::vector<std::uint8_t> owned)
      : ByteSource(std::move(name)), owned_(std::move(owned)), bytes_(owned_) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - offset);
    std::copy_n(bytes_.data() + offset, count, out.data());
    return count;
  }
  std::uint64_t size() const override { return bytes_.size(); }
  std::span<const std::uint8_t> all(std::uint64_t limit) const override {
    if (bytes_.size() > limit) throw_too_large(name(), bytes_.size(), limit);
    return bytes_;
  }

 private:
  std::vector<std::uint8_t> owned_;
  std::span<const std::uint8_t> bytes_;
};

class FileSource : public ByteSource {
 public:
  FileSource(std::string name, ReadDescriptor descriptor, std::uint64_t size)
      : ByteSource(std::move(name)), descriptor_(std::move(descriptor)), size_(size) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = ::pread(descriptor_.get(), out.data() + done, out.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw system_error(name(), "reading failed");
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
      if (offset + done == size_) break;  // without asking whether there is more
    }
    return done;
  }
  std::uint64_t size() const override { return size_; }
  std::span<const std::uint8_t> all(std::uint64_t limit) const override {
    if (size_ > limit) throw_too_large(name(), size_, limit);
    const std::lock_guard lock(mutex_);
    if (!loaded_) {
      bytes_.resize(size_);
      bytes_.resize(read_at(0, bytes_));
      loaded_ = true;
    }
    return bytes_;
  }

 private:
  ReadDescriptor descriptor_;
  std::uint64_t size_;
  mutable std::mutex mutex_;
  mutable bool loaded_ = false;
  mutable std::vector<std::uint8_t> bytes_;
};

std::vector<std::uint8_t> read_stream(int descriptor, const std::string& name,
                                      std::uint64_t limit) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> chunk(1 << 16);
  while (true) {
    const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(name, "reading failed");
    if (count == 0) return bytes;
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + count);
    if (bytes.size() > limit) throw_too_large(name, bytes.size(), limit);
  }
}

}  // namespace

ReadDescriptor open_regular_file(const std::filesystem::path& path) {
  require_no_zero_byte(path.native());
  // O_NONBLOCK: opening a FIFO without a writer must not hang.
  ReadDescriptor descriptor(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!descriptor) throw system_error(path.string(), "cannot be opened");
  struct stat status {};
  const bool known = ::fstat(descriptor.get(), &status) == 0;
  if (known && S_ISDIR(status.st_mode)) throw_folder(path.string());
  if (!known || !S_ISREG(status.st_mode))
    throw Error(ErrorCode::unreadable, path.string() + ": is not a regular file");
  return descriptor;
}

std::shared_ptr<const ByteSource> open_file(const std::filesystem::path& path) {
  ReadDescriptor descriptor = open_regular_file(path);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) throw system_error(path.string(), "cannot be read");
  return std::make_shared<FileSource>(path.string(), std::move(descriptor),
                                      static_cast<std::uint64_t>(status.st_size));
}

std::shared_ptr<const ByteSource> open_descriptor(int descriptor, std::uint64_t limit) {
  const std::string name = "descriptor " + std::to_string(descriptor);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw system_error(name, "cannot be read");
  if (is_locked_file(status))
    throw Error(ErrorCode::unsupported,
                name + ": is in use by ectype itself (a hash set, or the state of a scan)");
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw system_error(name, "cannot be read");
  ReadDescriptor owned(copy);
  if (S_ISDIR(status.st_mode)) throw_folder(name);
  if (S_ISREG(status.st_mode))
    return std::make_shared<FileSource>(name, std::move(owned),
                                        static_cast<std::uint64_t>(status.st_size));
  return std::make_shared<MemorySource>(name, read_stream(owned.get(), name, limit));
}

std::shared_ptr<const ByteSource> open_memory(std::span<const std::uint8_t> bytes) {
  return std::make_shared<MemorySource>("bytes in memory", bytes);
}

std::shared_ptr<const ByteSource> own_memory(std::string name, std::vector<std::uint8_t> bytes) {
  return std::make_shared<MemorySource>(std::move(name), std::move(bytes));
}

}  // namespace ectype::image
